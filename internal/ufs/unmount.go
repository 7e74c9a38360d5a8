package ufs

import (
	"fmt"

	"golang.org/x/sys/unix"

	"ctrkit/internal/chain"
	"ctrkit/internal/proc"
	"ctrkit/internal/recipe"
)

// unmount records the end of a tree: the mounts in it, the last one first, the tree, and
// the room below it.
func (m *Mount) unmount(r *recipe.Recipe) error {
	root, err := directoryAt("unmount", m.Root)
	if err != nil {
		return err
	}
	s, err := mountsOf(root)
	if err != nil {
		return err
	}
	if s.below == nil || s.below.Point != root || s.below.Source != ours {
		return &chain.Hinted{
			Err:  fmt.Errorf("unmount %s: it is no union that ufs-mount has made", root),
			Hint: "umount unmounts any",
		}
	}
	inside, err := s.inside(s.below)
	if err != nil {
		return err
	}
	if !r.Dry {
		if err := unused(root); err != nil {
			return err
		}
	}
	for _, point := range inside {
		// A mount with others in it stays, so those go first.
		r.Umount2(point, unix.UMOUNT_NOFOLLOW).Because("there is a mount at " + point)
	}
	// What lies below can be seen again. The union is gone when nobody uses it.
	r.Umount2(root, unix.UMOUNT_NOFOLLOW)
	if room := proc.Mounted(s.list, uint64(s.below.Parent)); room != nil && room.Point == root && room.Source == ours {
		// The room in which it grew goes as well, and with it what was written there.
		r.Umount2(root, unix.UMOUNT_NOFOLLOW).Because("the tree lies on a file system in memory")
	}
	return nil
}

// inside lists the mounts in a tree that are part of it, the last one first.
func (s *surrounding) inside(top *proc.Mount) (points []string, err error) {
	below := map[int]bool{top.ID: true}
	for _, m := range s.list {
		if !below[m.Parent] {
			continue
		}
		below[m.ID] = true
		// A file of the machine that is shown in a tree that was made anew is bound read-only.
		if m.Source != ours && (top.FS != "tmpfs" || !m.ReadOnly) {
			return nil, &chain.Hinted{
				Err:  fmt.Errorf("unmount %s: something else is mounted in it, at %s", top.Point, m.Point),
				Hint: "unmount that first: umount " + m.Point,
			}
		}
		points = append([]string{m.Point}, points...)
	}
	return points, nil
}
