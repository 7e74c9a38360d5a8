package pack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/ufs/layer"
)

// applying is what the lines of one ufs-apply have in common.
type applying struct {
	step    *Apply
	stage   *layer.Stage
	work    *layer.Unpacking
	packets []packet
	umask   int
	stop    context.Context
	reading atomic.Bool // an archive, for which one may have to wait
	undone  sync.Once   // nothing is left

	digest string // the name of the archive in the cache
	alias  string // and what spares computing it
	locked int    // the cache, which waits for us
	there  bool   // somebody else was faster
}

// A packet is one archive once it is unpacked.
type packet struct {
	dir    int
	marked bool // it hides something of what lies below
	opaque bool // it hides everything
}

// begin makes the stage. Modes are meant as the archives have them.
func (p *applying) begin(int) (err error) {
	p.stop = p.interruptible()
	p.umask = unix.Umask(0o022)
	if p.stage, err = layer.NewStage(p.step.onto()); err != nil {
		return err
	}
	unix.Umask(0)
	if p.work, err = layer.NewUnpacking(p.stage.Target, p.step.Devices, p.step.Squash); err != nil {
		p.stage.Remove(true)
	}
	return err
}

// interruptible lets the usual signals stop the work between two members. What they do
// in the end is what they always do.
func (p *applying) interruptible() context.Context {
	signals := make(chan os.Signal, 1)
	ctx, cancel := context.WithCancelCause(context.Background())
	signal.Notify(signals, unix.SIGINT, unix.SIGTERM, unix.SIGHUP)
	go func() {
		s := <-signals
		cancel(&interrupted{s.(unix.Signal)})
		time.Sleep(patience)
		if p.reading.Load() {
			p.abandon() // who waits for more of a pipe does not notice
		}
	}()
	return ctx
}

// An interrupted is a signal that has stopped the work.
type interrupted struct{ signal unix.Signal }

func (i *interrupted) Error() string { return i.signal.String() }

// unpackOne unpacks one archive into the stage.
func (p *applying) unpackOne(i int) error {
	if p.there {
		return nil
	}
	p.reading.Store(true)
	defer p.reading.Store(false)
	debug.FreeOSMemory() // what uncompressed the last archive may have been large
	s, err := layer.Open(p.stop, p.step.Layer[i])
	if err != nil {
		return explained(err)
	}
	defer s.Close()
	bar := newBar(s)
	defer bar.end()
	o := &p.packets[i]
	if o.dir, err = p.stage.Layer(i + 1); err != nil {
		return err
	}
	o.marked, err = p.work.Unpack(p.stop, s, o.dir, p.below(i))
	if cause := context.Cause(p.stop); cause != nil {
		return cause
	}
	if err != nil {
		return explained(err)
	}
	if isImage(o.dir) {
		return &chain.Hinted{
			Err:  errors.New("it is an image, with archives of layers in it, and not the archive of a layer"),
			Hint: "docker export CONTAINER writes the files of a container as one archive; of docker save, the layers are what manifest.json lists",
		}
	}
	o.opaque, err = layer.IsOpaque(o.dir)
	return err
}

// below are the layers that one lies on, the topmost first.
func (p *applying) below(i int) (dirs []int) {
	for i--; i >= 0; i-- {
		dirs = append(dirs, p.packets[i].dir)
		if p.packets[i].opaque {
			return dirs
		}
	}
	if !p.step.Layers {
		dirs = append(dirs, p.stage.Target)
	}
	return dirs
}

func (p *applying) mergeOne(i int) error {
	if cause := context.Cause(p.stop); cause != nil && i == 0 {
		return cause
	}
	return p.stage.Merge(p.packets[i].dir, p.packets[i].marked)
}

// dir is the directory of one layer.
func (p *applying) dir(i int) string { return fmt.Sprintf("%s/%d", p.step.onto(), i+1) }

// end removes the stage, and says what could not be done as the archive has it.
func (p *applying) end(int) error {
	o := p.work.Owner
	for _, note := range []struct {
		files int
		what  string
	}{
		{o.Kept, "the owner of %d files is not given but kept in user.containers.override_stat"},
		{o.Nodes, "%d device nodes are not made: an empty file with that attribute stands for each"},
		{o.Lost, "the owner of %d files is forgotten, and they are ours"},
		{o.Left, "%d attributes that only root may set are left out"},
	} {
		if note.files > 0 {
			fmt.Fprintf(os.Stderr, "ufs-apply: note: "+note.what+"\n", note.files)
		}
	}
	return p.remove(false)
}

// patience is how long the work may take to notice that it is to stop.
const patience = 500 * time.Millisecond

// abandon is end after a failure. Whoever comes second waits for the first.
func (p *applying) abandon() (err error) {
	p.undone.Do(func() {
		err = p.remove(true)
		if i, ok := context.Cause(p.stop).(*interrupted); ok && err == nil {
			signal.Reset(i.signal)
			unix.Kill(unix.Getpid(), i.signal)
			select {} // it arrives
		}
	})
	return err
}

func (p *applying) remove(target bool) error {
	for _, o := range p.packets {
		if o.dir > 0 {
			unix.Close(o.dir)
		}
	}
	unix.Umask(p.umask)
	return p.stage.Remove(target)
}
