// Package watch keeps the last requests that the directory answered: who fetched what, and when. The
// fetches of a server under test show what it looks at, and how often.
package watch

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/dcrkit/dcrkit/fixtures/pki"
)

// kept is how many fetches are remembered; a page shows the last few hundred.
const kept = 2000

// Fetch is one request that was answered. Queries and bodies are left out: they
// may carry what is secret.
type Fetch struct {
	Number    int64         `json:"number"` // counts from one
	At        time.Time     `json:"at"`
	Class     string        `json:"class"`
	Method    string        `json:"method"`
	Path      string        `json:"path"`
	Status    int           `json:"status"` // 0: the connection was broken off
	Bytes     int64         `json:"bytes"`
	Took      time.Duration `json:"took"`      // nanoseconds
	From      string        `json:"from"`      // address, without the port
	Agent     string        `json:"agent"`     // User-Agent, at most 100 characters
	Transport string        `json:"transport"` // http, or the version of TLS
	Client    string        `json:"client"`    // subject of the client certificate, RFC 4514
}

// List is safe for concurrent use.
type List struct {
	now       func() time.Time
	observers []func(Fetch)

	mu     sync.Mutex
	ring   []Fetch
	total  int64
	follow map[chan struct{}]bool
}

// New makes an empty list. Observers are told of every fetch; they must be quick
// and safe for concurrent use.
func New(now func() time.Time, observers ...func(Fetch)) *List {
	return &List{now: now, observers: observers, follow: map[chan struct{}]bool{}}
}

// Wrap notes every answer of a handler.
func (l *List) Wrap(class string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &counter{ResponseWriter: w}
		began := l.now()
		defer func() {
			f := l.describe(class, r, seen, began)
			for _, observe := range l.observers {
				observe(f)
			}
			l.add(f)
		}()
		next.ServeHTTP(seen, r)
		if seen.status == 0 {
			seen.status = http.StatusOK
		}
	})
}

func (l *List) describe(class string, r *http.Request, seen *counter, began time.Time) Fetch {
	f := Fetch{
		At: began, Class: class, Method: r.Method, Path: r.URL.Path, Status: seen.status, Bytes: seen.bytes,
		Took: l.now().Sub(began), From: r.RemoteAddr, Agent: r.UserAgent(), Transport: "http",
	}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		f.From = host
	}
	f.Agent = f.Agent[:min(len(f.Agent), 100)]
	f.Path = f.Path[:min(len(f.Path), 300)]
	if r.TLS != nil {
		f.Transport = tls.VersionName(r.TLS.Version)
		f.Client = subject(r.TLS.PeerCertificates)
	}
	return f
}

func subject(chain []*x509.Certificate) string {
	if len(chain) == 0 {
		return ""
	}
	dn, err := pki.SubjectDN(chain[0])
	if err != nil {
		return "unreadable"
	}
	return dn.RFC4514()
}

// add numbers the fetch and wakes those who follow.
func (l *List) add(f Fetch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total++
	f.Number = l.total
	if len(l.ring) < kept {
		l.ring = append(l.ring, f)
	} else {
		l.ring[(f.Number-1)%kept] = f
	}
	for wake := range l.follow {
		select {
		case wake <- struct{}{}:
		default: // it has been woken and has not looked yet
		}
	}
}

// Since returns the fetches after that number, the oldest first and at most
// limit of the newest, and the number of the last one.
func (l *List) Since(number int64, limit int) (fetches []Fetch, last int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	first := max(number, l.total-int64(len(l.ring)), l.total-int64(limit))
	for n := first; n < l.total; n++ {
		fetches = append(fetches, l.ring[n%kept])
	}
	return fetches, l.total
}

// Follow gives a channel that is written to when there is something new, and
// the function that ends it.
func (l *List) Follow() (wake <-chan struct{}, stop func()) {
	ch := make(chan struct{}, 1)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.follow[ch] = true
	return ch, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.follow, ch)
	}
}
