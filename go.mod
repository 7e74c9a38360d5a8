module ctrkit

go 1.26.0

require (
	github.com/alecthomas/kong v1.17.0
	github.com/klauspost/compress v1.20.4
	github.com/opencontainers/runtime-spec v1.3.0
	github.com/rogpeppe/go-internal v1.16.0
	github.com/vishvananda/netlink v1.3.1
	github.com/vishvananda/netns v0.0.5
	golang.org/x/sys v0.49.0
)

require golang.org/x/tools v0.26.0 // indirect

// The runtime reads the control group to count its processors. Our tools live too briefly to care.
godebug (
	containermaxprocs=0
	updatemaxprocs=0
)
