package cgroup

// Figures are what a group uses, has used, and may use. All is counted together with
// the groups below it, unless said otherwise. A figure is nil where nobody counts it,
// which depends on the kernel and on the controllers that the group has; a limit is
// also nil where there is none. The fields are the same for both versions.
type Figures struct {
	Group string `json:"group"`

	Memory struct {
		CurrentBytes     *uint64 `json:"current_bytes"` // with the kernel's copies of the files that were used
		PeakBytes        *uint64 `json:"peak_bytes"`
		MaxBytes         *uint64 `json:"max_bytes"`  // beyond it, something is killed
		HighBytes        *uint64 `json:"high_bytes"` // beyond it, everything is slowed down
		SwapCurrentBytes *uint64 `json:"swap_current_bytes"`
		SwapMaxBytes     *uint64 `json:"swap_max_bytes"`
		OOMKills         *uint64 `json:"oom_kills"` // version 1 leaves out the groups below
	} `json:"memory"`

	CPU struct {
		UsageUsec     *uint64 `json:"usage_usec"` // of all processors together
		UserUsec      *uint64 `json:"user_usec"`
		SystemUsec    *uint64 `json:"system_usec"`
		Periods       *uint64 `json:"periods"`           // in which somebody wanted to run, of this group alone
		Throttled     *uint64 `json:"throttled_periods"` // in which the quota was not enough
		ThrottledUsec *uint64 `json:"throttled_usec"`
		QuotaUsec     *uint64 `json:"quota_usec"` // the limit of usage in each period
		PeriodUsec    *uint64 `json:"period_usec"`
		Weight        *uint64 `json:"weight"` // the share where processors are scarce; 100 is everybody's
	} `json:"cpu"`

	IO struct {
		ReadBytes    *uint64 `json:"read_bytes"` // of all disks together
		WrittenBytes *uint64 `json:"written_bytes"`
		Reads        *uint64 `json:"reads"`
		Writes       *uint64 `json:"writes"`
		Max          disks   `json:"max"`
	} `json:"io"`

	Pids struct {
		Current *uint64 `json:"current"` // threads count like processes
		Peak    *uint64 `json:"peak"`
		Max     *uint64 `json:"max"`
		Refused *uint64 `json:"refused"` // how often a process was not started because of the limit
	} `json:"pids"`

	// The time in which some processes, or all of them, waited for what others had.
	Pressure struct {
		CPUSomeUsec    *uint64 `json:"cpu_some_usec"`
		CPUFullUsec    *uint64 `json:"cpu_full_usec"`
		MemorySomeUsec *uint64 `json:"memory_some_usec"`
		MemoryFullUsec *uint64 `json:"memory_full_usec"`
		IOSomeUsec     *uint64 `json:"io_some_usec"`
		IOFullUsec     *uint64 `json:"io_full_usec"`
	} `json:"pressure"`
}

// figures reads all there is of a group. What cannot be read is not there.
func figures(g *group) *Figures {
	f := &Figures{Group: g.name}
	for _, file := range files {
		_ = f.read(g, file)
	}
	return f
}
