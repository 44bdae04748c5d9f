package uk

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
)

// Media types, those of the UK directory's own among them.
const (
	mediaJSON         = "application/json"
	mediaJWK          = "application/jwk+json"
	mediaSoftware     = "application/vnd.openbanking.directory.softwarestatement-v2+json"
	mediaSoftwareList = "application/vnd.openbanking.directory.softwarestatement-list-v2+json"
)

// negotiate picks the media type that the client likes best (RFC 9110, section
// 12.5.1), the first where it does not care, or answers 406.
func negotiate(r *http.Request, offers ...string) (string, error) {
	accept := strings.Join(r.Header.Values("Accept"), ",")
	if strings.TrimSpace(accept) == "" {
		return offers[0], nil
	}
	best, liking := "", 0.0
	for _, offer := range offers {
		if q := quality(accept, offer); q > liking {
			best, liking = offer, q
		}
	}
	if best == "" {
		return "", problem.NotAcceptable("Accept: expected %s, got %q", strings.Join(offers, " or "), clip(accept))
	}
	return best, nil
}

// quality is how much the most specific range that covers an offer likes it.
func quality(accept, offer string) float64 {
	kind, _, _ := strings.Cut(offer, "/")
	q, specific := 0.0, 0
	for part := range strings.SplitSeq(accept, ",") {
		media, parameters, err := mime.ParseMediaType(part)
		rank := map[string]int{"*/*": 1, kind + "/*": 2, offer: 3}[media]
		if err != nil || rank <= specific {
			continue
		}
		q, specific = 1, rank
		// A weight that cannot be read is taken for a refusal, so that a typing error shows.
		if text, there := parameters["q"]; there {
			if q, err = strconv.ParseFloat(text, 64); err != nil {
				q = 0
			}
		}
	}
	return q
}

// checkMedia holds the Content-Type of a request to what its endpoint reads. A
// client that says nothing is trusted to send the right thing.
func checkMedia(r *http.Request, fits func(media string) bool, expected string) error {
	said := r.Header.Get("Content-Type")
	if said == "" {
		return nil
	}
	media, _, err := mime.ParseMediaType(said)
	if err != nil || !fits(media) {
		return problem.MediaType(clip(said), expected)
	}
	return nil
}

// isJSON takes any type that says it is JSON inside (RFC 6839, section 3.1): which
// of them a body really is, its members tell.
func isJSON(media string) bool { return media == mediaJSON || strings.HasSuffix(media, "+json") }

// isPEM takes the type that the real directory asks for and no other.
func isPEM(media string) bool { return media == mediaPEM }

// encode writes JSON and leaves <, > and & in names as they are.
func encode(v any) ([]byte, error) {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return body.Bytes(), err
}
