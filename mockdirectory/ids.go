package mockdirectory

import (
	"crypto/rand"
	"encoding/hex"
	"regexp"
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
	keyIDs          = regexp.MustCompile(`^[0-9A-Za-z_.~=-]{1,128}$`)
)

func newOrganisationID() string { return organisationPrefix + randomBase62(18-len(organisationPrefix)) }

func newSoftwareID() string { return randomBase62(softwareIDLength) }

// newStatementID is a jti as the UK directory writes it: 16 hexadecimal digits.
// It tells statements apart and need not be secret. crypto/rand.Read has no
// error to handle: it ends the process instead.
func newStatementID() string {
	var b [8]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// randomBase62 draws n characters evenly: bytes past the last multiple of 62 are drawn again.
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
