package australia

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever the headers say, a version that is offered answers or the sender is
// told.
func FuzzVersions(f *testing.F) {
	for _, seed := range [][2]string{{"3", ""}, {"9", "1"}, {"0", "0"}, {"-1", "x"}, {"99999999999999999999", "2"}, {" 3", "\t2"}, {"3,2", "２"}} {
		f.Add(seed[0], seed[1])
	}
	s := newSite(f)
	f.Fuzz(func(t *testing.T, v, least string) {
		res := s.in(t).Do(call{Method: "GET", Path: "/cdr-register/v1/all/data-recipients/status", Header: map[string]string{"x-v": v, "x-min-v": least}})
		if res.Status != 200 {
			require.Contains(t, []int{400, 406}, res.Status)
			return
		}
		require.Contains(t, []string{"2", "3"}, res.Header.Get("x-v"))
	})
}
