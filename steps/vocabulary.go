package steps

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"sync"

	"github.com/cucumber/godog"
)

// Step is one sentence of the vocabulary: the pattern that a line of a feature
// must match, and what it does to the story. A pattern has as many groups as
// its function has arguments.
type Step struct {
	Pattern string
	do      any
}

// Vocabulary returns every step, grouped as they are defined. No two patterns
// may match the same line.
func Vocabulary() []Step {
	return slices.Concat(beginnings(), registrations(), managing(), tokens(), answers(), clients(), races(), metadata(), trust(),
		revocations(), standings(), faults())
}

// bound is a step with its pattern compiled. godog asks for the steps anew for
// every scenario, and would compile them anew as well.
type bound struct {
	Step
	expr *regexp.Regexp
}

var compiled = sync.OnceValue(func() []bound {
	var out []bound
	for _, s := range Vocabulary() {
		out = append(out, bound{s, regexp.MustCompile("^" + s.Pattern + "$")})
	}
	return out
})

// bind hands a step to godog. The function runs on the time that its check has
// left, not on that of the whole run.
func (s bound) bind(sc *godog.ScenarioContext) {
	pattern := s.expr
	switch do := s.do.(type) {
	case func(*world, context.Context) error:
		sc.Step(pattern, func(ctx context.Context) error {
			w := worldOf(ctx)
			return do(w, w.deadline)
		})
	case func(*world, context.Context, string) error:
		sc.Step(pattern, func(ctx context.Context, a string) error {
			w := worldOf(ctx)
			return do(w, w.deadline, a)
		})
	case func(*world, context.Context, string, string) error:
		sc.Step(pattern, func(ctx context.Context, a, b string) error {
			w := worldOf(ctx)
			return do(w, w.deadline, a, b)
		})
	case func(*world, context.Context, string, string, string) error:
		sc.Step(pattern, func(ctx context.Context, a, b, c string) error {
			w := worldOf(ctx)
			return do(w, w.deadline, a, b, c)
		})
	default:
		panic(fmt.Sprintf("steps: step %q has a function of type %T", s.Pattern, s.do))
	}
}
