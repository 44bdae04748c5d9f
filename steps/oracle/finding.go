// Package oracle judges answers. It is pure: an exchange goes in, nil or a
// Finding comes out. It shares no code with the reference server, so that one
// mistake cannot hide on both sides.
package oracle

import "fmt"

// Finding is a deviation of the target: what a clause lets a client expect,
// and what it got.
type Finding struct {
	Expected, Got string
	// Minor marks a deviation that is worth a warning even where the rule is
	// a MUST: the obligation is met, its form is not.
	Minor bool
}

// Error makes a Finding usable as the error of a step.
func (f *Finding) Error() string { return "expected " + f.Expected + ", got " + f.Got }

// finding makes a Finding; the format is that of what was got.
func finding(expected, format string, args ...any) error {
	return &Finding{Expected: expected, Got: fmt.Sprintf(format, args...)}
}

// minor makes a Finding that only warns, such as a right refusal with another
// error code than the clause names.
func minor(expected, format string, args ...any) error {
	return &Finding{Expected: expected, Got: fmt.Sprintf(format, args...), Minor: true}
}
