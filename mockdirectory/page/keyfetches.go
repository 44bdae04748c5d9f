package page

import (
	"slices"
	"strings"
	"time"

	"github.com/dcrkit/dcrkit/mockdirectory/watch"
)

// keyFetch is how often somebody fetched a key set of late. It is what shows whether a server under
// test keeps the keys it has, or asks for them each time.
type keyFetch struct {
	Whose   string
	Href    string // page of whose keys they are
	Path    string
	From    string
	Agent   string
	Client  string
	Times   int
	Minutes int // in which they were fetched
	Failed  int // answers that were no key set
	Last    time.Time

	first time.Time
}

// Within words the time.
func (k keyFetch) Within() string {
	return plural(k.Times, "time", "times") + " in " + plural(k.Minutes, "minute", "minutes")
}

// mostKeyFetches bounds the list; ofLate is how far it looks back.
const (
	mostKeyFetches = 20
	ofLate         = 15 * time.Minute
)

// keyFetches counts the fetches of key sets by who fetched what, the latest first. With ids only
// those of their owner count.
func (s *site) keyFetches(ids ...string) []keyFetch {
	type who struct{ path, from, agent, client string }
	all, last := s.Fetches.Since(0, mostFetches)
	if last == 0 {
		return nil
	}
	// The list has the time of the machine, which the clock knob does not move.
	now := all[len(all)-1].At
	at := map[who]int{}
	var out []keyFetch
	for _, f := range all {
		if !newFetchRow(f).OfKeys || now.Sub(f.At) > ofLate || ids != nil && !slices.Contains(ids, ownerIn(f.Path)) {
			continue
		}
		w := who{f.Path, f.From, f.Agent, f.Client}
		i, known := at[w]
		if !known {
			i = len(out)
			at[w] = i
			out = append(out, keyFetch{Path: f.Path, From: f.From, Agent: f.Agent, Client: f.Client, first: f.At})
		}
		out[i].note(f)
	}
	slices.SortStableFunc(out, func(a, b keyFetch) int { return b.Last.Compare(a.Last) })
	out = out[:min(len(out), mostKeyFetches)]
	for i := range out {
		out[i].Whose, out[i].Href = s.whose(out[i].Path)
		out[i].Minutes = int(now.Sub(out[i].first)/time.Minute) + 1
	}
	return out
}

// note counts failures too: a server that is refused and asks again is what a knob is to show.
func (k *keyFetch) note(f watch.Fetch) {
	k.Times++
	k.Last = f.At
	if f.Status/100 != 2 {
		k.Failed++
	}
}

// ownerIn is the id in the path of a key set: the last part, or the one before what Brazil's key
// store calls its sets.
func ownerIn(path string) string {
	parts := strings.Split(strings.TrimSuffix(path, ".jwks"), "/")
	last := slices.IndexFunc(parts, func(p string) bool { return p == "application" || p == "transport" || p == "inactive" })
	if last < 1 {
		last = len(parts)
	}
	return parts[last-1]
}

// whose finds whose keys are at a path.
func (s *site) whose(path string) (name, href string) {
	kind := "keys of "
	if strings.Contains(path, "/revoked/") || strings.Contains(path, "/inactive/") {
		kind = "revoked keys of "
	}
	id := ownerIn(path)
	if soft, org, err := s.Desk.Registry.SoftwareByID(id); err == nil {
		return kind + plainly(soft.ClientName), softwarePath(org.ID, soft.ID)
	}
	if org, err := s.Desk.Registry.Organisation(id); err == nil {
		return kind + plainly(org.Name), organisationPath(org.ID)
	}
	if id == "openbanking" || id == "jwks" {
		return "keys of the directory", Root
	}
	return "keys of nobody here", ""
}
