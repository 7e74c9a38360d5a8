/*
Package doctest runs the documentation: what a chapter or a --help text shows is what the tools print, or a test fails.

# Chapters

A chapter is a Markdown file whose blocks between ``` are either run or marked as not run, so that none is forgotten. The
word after the opening ``` decides:

	```console                    run
	```console [cgroup2:memory]   run where the condition holds (those of package sandbox; [!cond] negates)
	```go, ```text, ```txt        shown
	```WORD not-run               shown; any WORD
	anything else                 an error

A line <!-- needs [exec:nft] [kernel:6.7] --> skips the whole chapter where a condition does not hold.

The console blocks of a chapter are one session: one shell, as root, in an empty directory of one sandbox, with ctrkit's
tools first in PATH. Variables, jobs and the working directory last from block to block.

# Sessions

	$ COMMAND      a command; lines beginning "> " directly below belong to it, and so does the line after a backslash
	OUTPUT         what it prints, standard output and error in their order, without blank lines at the end
	? N            below the output: the exit status, where it is not 0

	$ for kind in net uts; do
	>     readlink /proc/self/ns/$kind
	> done
	net:[[net]]
	uts:[[uts]]
	$ grep --count nobody /etc/hostname
	0
	? 1

In the output

	...            as a whole line: any lines, or none
	...            within a line: any text, or none
	[name]         some text without blanks, at its first place; the same text in all later places of the chapter
	\... \[name]   themselves; likewise a line that begins \$ or \?

A name is made of lower-case letters, digits and dashes and begins with a letter; other brackets mean themselves. Only
output can have names: the shell has variables.

With update, output that does not match is replaced by what was printed. Lines that still match keep their elisions and
names, and a value that has a name is written by name.

# Tools

The indented blocks of a tool's package comment that begin "$ " are sessions too; they are the examples of --help. What
their reader is supposed to have, examples.sh beside the source makes before. A line //doctest:needs [exec:nft] is the
"needs" of a chapter.

# Anchors

Chapters point at code by name, because line numbers drift: internal/ns/unshare.go#propagation is the line
//doc:propagation of that file. An anchor that is named and absent is an error, and so is one that no chapter names.
*/
package doctest
