package proc

import "testing"

func TestKernel(t *testing.T) {
	if !Kernel(0, 0) || !Kernel(2, 6) || Kernel(1000, 0) {
		t.Error("this kernel is older than 2.6, or newer than 1000.0")
	}
}
