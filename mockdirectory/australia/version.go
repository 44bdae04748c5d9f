package australia

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// versions are those of an endpoint that are offered, and the industries that
// each knows.
type versions struct {
	first      int
	industries [][]string // of first, and of the one after
}

// The standards offer the version that they describe and, for a while, the one
// before. Recipients are of no industry, which the newer version says; holders
// have a new one.
var (
	everyIndustry     = []string{"all", "banking", "energy", "telco"}
	statusVersions    = versions{2, [][]string{everyIndustry, {"all"}}}
	recipientVersions = versions{3, [][]string{everyIndustry, {"all"}}}
	holderVersions    = versions{2, [][]string{everyIndustry, append([]string{"non-bank-lending"}, everyIndustry...)}}
)

// choose finds the highest version between x-min-v and x-v (Consumer Data
// Standards, HTTP headers). An x-min-v that is not below x-v counts as absent.
func (v versions) choose(r *http.Request) (int, error) {
	asked, there, err := versionHeader(r, "x-v")
	if err != nil {
		return 0, err
	}
	if !there {
		return 0, refuse(http.StatusBadRequest, "cds-all:Header/Missing", "Missing Required Header", "x-v: expected the version of the endpoint")
	}
	least, there, err := versionHeader(r, "x-min-v")
	if err != nil {
		return 0, err
	}
	if !there || least >= asked {
		least = asked
	}
	last := v.first + len(v.industries) - 1
	if best := min(asked, last); best >= max(least, v.first) {
		return best, nil
	}
	detail := fmt.Sprintf("x-v: expected %d to %d, got %s", v.first, last, r.Header.Get("x-v"))
	return 0, refuse(http.StatusNotAcceptable, "cds-all:Header/UnsupportedVersion", "Unsupported Version", detail)
}

// versionHeader reads a positive integer. One that is too large for a number is
// still one, and not offered.
func versionHeader(r *http.Request, name string) (n int, there bool, err error) {
	values := r.Header.Values(name)
	if len(values) == 0 {
		return 0, false, nil
	}
	text := strings.Join(values, ", ")
	parsed, err := strconv.ParseUint(text, 10, 31)
	if errors.Is(err, strconv.ErrRange) {
		return math.MaxInt32, true, nil
	}
	if err != nil || parsed == 0 {
		return 0, true, invalidVersion(fmt.Sprintf("%s: expected a positive integer, got %q", name, text))
	}
	return int(parsed), true, nil
}

// request is what an endpoint is asked, once version and industry are settled.
type request struct {
	*http.Request
	industry string
}

// versioned settles version and industry before the endpoint, says in x-v which
// version answers, and has refusals in the form of the standards.
func versioned(v versions, e func(http.ResponseWriter, request) error) rest.Endpoint {
	return func(w http.ResponseWriter, r *http.Request) error {
		chosen, err := v.choose(r)
		if err != nil {
			return answer(w, err)
		}
		w.Header().Set("x-v", strconv.Itoa(chosen))
		industry, known := r.PathValue("industry"), v.industries[chosen-v.first]
		if !slices.Contains(known, industry) {
			detail := fmt.Sprintf("industry: expected %s in version %d, got %q", strings.Join(known, " or "), chosen, industry)
			return answer(w, refuse(http.StatusNotFound, "cds-register:Field/InvalidIndustry", "Invalid Industry", detail))
		}
		if err := e(w, request{r, industry}); err != nil {
			return answer(w, err)
		}
		return nil
	}
}
