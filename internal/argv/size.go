package argv

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A Size is a number of bytes, written with a unit that is a power of 1024: K,
// M, G, T or P, as in docker run. Zero stands for not given.
type Size uint64

const units = "BKMGTP"

func (s Size) MarshalText() ([]byte, error) {
	unit := 0
	for s != 0 && s%1024 == 0 && unit < len(units)-1 {
		s /= 1024
		unit++
	}
	text := strconv.FormatUint(uint64(s), 10)
	if unit > 0 {
		text += units[unit : unit+1]
	}
	return []byte(text), nil
}

func (s *Size) UnmarshalText(text []byte) error {
	digits := strings.ToUpper(string(text))
	power := 0
	for _, suffix := range []string{"IB", "B"} {
		// 64MiB and 64MB are 64M.
		if short, ok := strings.CutSuffix(digits, suffix); ok && strings.ContainsAny(short, units[1:]) {
			digits = short
			break
		}
	}
	if n := len(digits); n > 0 {
		if i := strings.IndexByte(units, digits[n-1]); i >= 0 {
			digits, power = digits[:n-1], i
		}
	}
	number, err := strconv.ParseUint(digits, 10, 64)
	unit := uint64(1) << (10 * power)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("%q is more than the kernel can count", text)
	case err != nil:
		return fmt.Errorf("%q is no size: write 500K, 64M or 2G", text)
	case number == 0:
		return fmt.Errorf("%q is no size: it must be more than 0", text)
	case number > math.MaxInt64/unit:
		return fmt.Errorf("%q is more than the kernel can count", text)
	}
	*s = Size(number * unit)
	return nil
}
