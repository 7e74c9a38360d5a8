package chain

import "ctrkit/internal/recipe"

// A prepared step has work to do before it can look at the machine: what it finds then
// decides its lines. That work is a recipe of its own, and what it leaves is meant to stay.
type prepared interface{ Prepare(r *recipe.Recipe) error }

func prepare(step Step, talk Talk) error {
	p, ok := step.(prepared)
	if !ok {
		return nil
	}
	r := recipe.New(step.Name())
	r.Narrator, r.Dry = talk.narrator(), talk.DryRun
	if err := p.Prepare(r); err != nil {
		return err
	}
	if talk.DryRun {
		return r.DryRun()
	}
	return r.Run()
}
