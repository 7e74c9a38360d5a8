package layer

import "golang.org/x/sys/unix"

// A union is open directories that lie on top of one another, the topmost first, as
// an overlay shows them.
type union []int

// at finds the topmost node of a name, nil if there is none. If it is a directory,
// below are those of that name that it does not hide, itself included; they are open.
func (u union) at(name string) (top *node, below union, err error) {
	for _, dir := range u {
		n, err := look(dir, name)
		switch {
		case err == unix.ENOENT:
			continue
		case err != nil:
			below.close()
			return nil, nil, err
		case n.isWhiteout(), top != nil && !n.isDir():
			return top, below, nil
		case top == nil:
			top = n
		}
		if !n.isDir() {
			return top, nil, nil
		}
		fd, err := openDir(dir, name)
		if err != nil {
			below.close()
			return nil, nil, err
		}
		below = append(below, fd)
		if n.isOpaque() {
			break
		}
	}
	return top, below, nil
}

// find goes from directory to directory to a node, whose own directory is not open
// any more afterwards.
func (u union) find(parts []string) (n *node, err error) {
	at := u
	for i, name := range parts {
		top, below, err := at.at(name)
		if i > 0 {
			at.close()
		}
		switch {
		case err != nil:
			return nil, err
		case top == nil:
			return nil, unix.ENOENT
		case !top.isDir() && i < len(parts)-1:
			return nil, unix.ENOENT
		}
		n, at = top, below
	}
	at.close()
	return n, nil
}

func (u union) close() {
	for _, fd := range u {
		unix.Close(fd)
	}
}
