package registry

import (
	"crypto/rand"
	"regexp"

	"github.com/google/uuid"
)

// Shapes of the identifiers that the UK directory hands out.
const (
	organisationPrefix = "0015800001" // then 8 characters
	softwareIDLength   = 22
	base62             = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

var (
	// What comes in a path is held to these before anything is looked up.
	organisationIDs = regexp.MustCompile(`^[0-9A-Za-z]{18}$`)
	softwareIDs     = regexp.MustCompile(`^[0-9A-Za-z]{22}$`)
	uuids           = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
)

func newOrganisationID() string { return organisationPrefix + randomBase62(18-len(organisationPrefix)) }

func newSoftwareID() string { return randomBase62(softwareIDLength) }

func newUUID() string { return uuid.NewString() }

// randomBase62 draws n characters evenly: bytes past the last multiple of 62
// are drawn again. crypto/rand.Read has no error to handle: it ends the process
// instead.
func randomBase62(n int) string {
	out := make([]byte, 0, n)
	var draw [32]byte
	for len(out) < n {
		rand.Read(draw[:])
		for _, b := range draw {
			if b < 4*62 && len(out) < n {
				out = append(out, base62[b%62])
			}
		}
	}
	return string(out)
}
