//go:build world

package ctrkit_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ctrkit/internal/sandbox"
)

// TestWorld does with a Debian root and with other people's tools what a user would do. It takes minutes and the network,
// so nobody but `make test-world` asks for it.
func TestWorld(t *testing.T) {
	sandbox.Root(t)
	sandbox.Tools(t)
	needs(t, "mmdebstrap", "skopeo", "umoci", "getfattr", "python3")
	debian, err := filepath.Abs("bin/.debian.tar")
	if err != nil {
		t.Fatal(err)
	}
	sandbox.Run(t, func(t *sandbox.T) {
		w := &debianWorld{t, t.TempDir()}
		t.Setenv("DEBIAN", debian)
		w.memory()
		w.roundTrip()
		w.images()
	})
}

// A debianWorld is a directory to work in.
type debianWorld struct {
	*sandbox.T
	dir string
}

// sh runs a script there.
func (w *debianWorld) sh(script string) string {
	w.Helper()
	return succeed(w, w.dir, "sh", "-euc", script).stdout
}

// same wants two trees to be the same in all that one can see.
func (w *debianWorld) same(one, other string) {
	w.Helper()
	if out := run(w, w.dir, "sh", "-uc", compareTrees, "sh", one, other); out.stdout != "" || out.stderr != "" {
		w.Errorf("%s and %s differ:\n%s%s", one, other, end(out.stdout), end(out.stderr))
	}
}

const compareTrees = `
diff -r --no-dereference $1 $2 | grep -v ' is a character special file while ' | grep -v ' is a fifo while '
for dir in $1 $2; do
	name=$(echo $dir | tr / -)
	(cd $dir && find . -printf '%p %y %m %U:%G %T@ %l\n' | sort
	find . -type b -o -type c | sort | xargs -r stat -c '%n %t %T'
	find . -type f -links +1 -printf '%i %p\n' | sort -k 2 | awk '{ if (!($1 in first)) first[$1] = $2; print $2, first[$1] }'
	find . -print0 | sort -z | xargs -0 getfattr -h -d -m '^[^.]*\.[^o]' --) >$name.list
done
diff $(echo $1 | tr / -).list $(echo $2 | tr / -).list
`

// memory sees that archives and layers of any size take little of it.
func (w *debianWorld) memory() {
	w.sh(`for level in 3 19; do zstd -q -$level -c $DEBIAN >z$level; done
mkdir many few; cd many; seq 100000 | xargs touch; cd ../few; for d in $(seq 100); do mkdir $d; (cd $d; seq 1000 | xargs touch); done`)
	for _, line := range []string{
		"ufs-apply --devices --onto out3 z3", "ufs-apply --devices --onto out19 z19",
		"ufs-diff many", "ufs-diff --zstd --tar many.tar many", "ufs-apply --onto out many.tar", "ufs-diff --lower many few",
	} {
		cmd := exec.Command("sh", "-c", "exec "+line+" >/dev/null")
		cmd.Dir = w.dir
		if out, err := cmd.CombinedOutput(); err != nil {
			w.Fatalf("%s: %v: %s", line, err, out)
		}
		kib := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
		if w.Logf("%s: %d KiB", line, kib); kib > 64<<10 {
			w.Errorf("%s takes %d KiB", line, kib)
		}
	}
	w.sh("rm -r out* z3 z19 many many.tar few")
}

// roundTrip unpacks a Debian root, changes it, and makes a layer of the changes, which gives the same elsewhere.
func (w *debianWorld) roundTrip() {
	w.sh(`mkdir theirs; tar --xattrs --xattrs-include='*' --numeric-owner -C theirs -xf $DEBIAN; ufs-apply --devices --onto ours $DEBIAN`)
	w.same("theirs", "ours")
	w.sh(`zstd -qc $DEBIAN >z; ufs-apply --devices --onto packed z; rm z`)
	w.same("theirs", "packed")
	w.sh(`rm -r packed theirs; mkdir upper work tree
cat >change <<'END'
mount -t overlay -o lowerdir=ours,upperdir=upper,workdir=work none tree
chroot tree sh -euc '
	rm /etc/debian_version /bin/cat
	rm -r /usr/share/doc && mkdir /usr/share/doc && echo new >/usr/share/doc/new
	useradd --create-home somebody && chown -R somebody /opt
	cp /bin/ls /bin/ls2 && ln /bin/ls2 /bin/ls3 && mv /bin/ls2 /bin/ls4 && chmod 4755 /bin/ls4
	echo motd >/etc/motd
	rm /etc/issue && mkdir /etc/issue && rm -r /usr/share/man && ln -s doc /usr/share/man
	truncate -s 10M /var/hole && mkfifo /etc/fifo && mknod /dev/mine c 1 3 && echo >>/etc/passwd
'
setfattr -n user.note -v text tree/etc/hostname
cp -a tree merged
END
ns-unshare --mount -- sh -eu change
ufs-diff --lower ours --tar layer.tar upper
ufs-diff --lower ours upper >list`)
	list := w.sh("cat list")
	for _, kind := range "ACDRM" {
		if !strings.Contains("\n"+list, "\n"+string(kind)+" /") {
			w.Errorf("nothing is listed as %c", kind)
		}
	}
	w.sh(`cp -a ours copy; ufs-apply --devices --onto copy layer.tar`)
	w.same("merged", "copy")
	// Layer upon layer, as the kernel mounts them.
	w.sh(`ufs-apply --devices --layers --onto layers $DEBIAN layer.tar >options
mkdir mounted; ns-unshare --mount -- sh -euc 'ufs-mount $(cat options) --scratch 1M tree -- cp -a tree/. mounted'`)
	w.sh("touch -r merged mounted") // the top of a mount is new
	w.same("merged", "mounted")
	ls := w.sh(`ns-unshare --mount -- sh -euc 'ufs-mount $(cat options) --scratch 1M tree -- root-pivot --proc tree -- /bin/ls4 /usr/share/doc'`)
	if ls != "new\n" {
		w.Errorf("the program in it printed %q", ls)
	}
}

// images packs the two layers into images, in the forms of OCI and of docker save, and lets others unpack them.
func (w *debianWorld) images() {
	w.sh(`umoci init --layout oci; umoci new --image oci:it
for layer in $DEBIAN layer.tar; do umoci raw add-layer --image oci:it "$layer"; done
umoci raw unpack --image oci:it umoci
skopeo --tmpdir . copy --quiet --insecure-policy oci:oci:it docker-archive:save.tar:it:it
mkdir save; tar -C save -xf save.tar`)
	w.same("merged", "umoci")
	manifest, err := os.ReadFile(w.dir + "/save/manifest.json")
	if err != nil {
		w.Fatal(err)
	}
	var images []struct{ Layers []string }
	if err := json.Unmarshal(manifest, &images); err != nil || len(images) != 1 || len(images[0].Layers) != 2 {
		w.Fatalf("manifest.json: %s, %v", manifest, err)
	}
	cmd := exec.Command("ufs-apply", append([]string{"--devices", "--onto", "../saved"}, images[0].Layers...)...)
	cmd.Dir = w.dir + "/save"
	if out, err := cmd.CombinedOutput(); err != nil {
		w.Fatalf("%v: %s", err, out)
	}
	w.same("merged", "saved")
	// What umoci makes of changes is for us what it is for umoci.
	w.sh(`umoci unpack --image oci:it bundle
cd bundle/rootfs
rm bin/ls3; rm -r usr/share/doc; mkdir usr/share/doc; echo x >etc/x; ln -sfn nowhere etc/issue.net; chmod 700 opt
cd ../..
umoci repack --image oci:it bundle
umoci raw unpack --image oci:it umoci2
skopeo --tmpdir . copy --quiet --insecure-policy oci:oci:it dir:it
cp -a merged again
ufs-apply --onto again it/$(python3 -c 'import json; print(json.load(open("it/manifest.json"))["layers"][-1]["digest"][7:])')`)
	w.same("umoci2", "again")
}
