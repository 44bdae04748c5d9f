package reports

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"
)

// Duration is a [time.Duration] that travels through JSON as a number of
// milliseconds, rounded to the microsecond.
type Duration time.Duration

// Std returns d as the standard library's type.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// Milliseconds returns d in milliseconds, with the fraction.
func (d Duration) Milliseconds() float64 {
	return math.Round(float64(d)/float64(time.Microsecond)) / 1000
}

// String renders d for people: whole milliseconds below ten seconds, then
// seconds, because a column of "1.234567s" is hard to scan.
func (d Duration) String() string {
	switch t := time.Duration(d); {
	case t < time.Millisecond && t > 0:
		return "<1 ms"
	case t < 10*time.Second:
		return strconv.FormatInt(t.Round(time.Millisecond).Milliseconds(), 10) + " ms"
	case t < 2*time.Minute:
		return strconv.FormatFloat(t.Seconds(), 'f', 1, 64) + " s"
	default:
		return t.Round(time.Second).String()
	}
}

// MarshalJSON writes the milliseconds as a JSON number.
func (d Duration) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, d.Milliseconds(), 'f', -1, 64), nil
}

// UnmarshalJSON reads a JSON number of milliseconds.
func (d *Duration) UnmarshalJSON(b []byte) error {
	var ms float64
	if err := json.Unmarshal(b, &ms); err != nil {
		return fmt.Errorf("duration: expected a number of milliseconds, got %s", b)
	}
	*d = Duration(math.Round(ms * float64(time.Millisecond)))
	return nil
}
