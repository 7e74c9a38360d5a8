package ctr

// Lesson is what is told of how a container is made.
type Lesson struct {
	Print  bool `help:"Print the pipeline of tools that makes the same container, and run nothing."`
	Step   bool `help:"Stop before each tool's part, say what comes next, and open a shell outside or inside on demand."`
	Timing bool `help:"Print where the start-up time went, part by part."`
}
