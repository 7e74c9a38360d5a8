//go:build !fault

package recipe

// faultAt and fault do nothing but in a build with the tag fault.
func faultAt(line int) bool { return false }

func fault(r *Recipe, line int, child *Child) error { return nil }
