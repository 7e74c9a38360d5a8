// Package layer turns what the upper directory of an overlay holds into a layer
// archive, and layer archives into directories.
//
// The two forms of a layer say the same in different words. In the archive, as the
// OCI image specification has it (layer.md), a deleted file is an empty member whose
// name begins with ".wh.", and a directory that hides the one below it has a member
// ".wh..wh..opq". On disk, as the kernel's overlayfs has it, a deleted file is a
// character device with the number 0/0, and a directory that hides the one below it
// has the extended attribute trusted.overlay.opaque, or user.overlay.opaque where it
// was written without root's privileges.
//
// An archive may come from anybody. Whatever is done for a member is done relative to
// an open directory, by a name without a slash that is no symbolic link, so no member
// gets outside.
package layer

// What is in the names of an archive's members.
const (
	whiteoutPrefix = ".wh."
	opaqueName     = ".wh..wh..opq"
	aufsPrefix     = ".wh..wh." // of another union file system's own files
)

// These are fewer than the open files that a process is allowed (1024 on most
// machines), as each directory on the way to a file is held open.
const deepest = 400
