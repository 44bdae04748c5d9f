package facetest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/knob"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
	"github.com/dcrkit/dcrkit/mockdirectory/trust"
)

// Base is the URL of directories that no network reaches.
const Base = "https://directory.example"

// Instant is when everything happens in directories whose clock stands still.
var Instant = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// Clock runs only when a test says so. It starts at the current second, as
// crypto/tls has a clock of its own.
type Clock struct {
	start time.Time
	ahead atomic.Int64 // in nanoseconds
}

// NewClock starts one.
func NewClock() *Clock { return &Clock{start: time.Now().Truncate(time.Second)} }

// Now is the time by the clock.
func (c *Clock) Now() time.Time { return c.start.Add(time.Duration(c.ahead.Load())) }

// Later moves it on.
func (c *Clock) Later(d time.Duration) { c.ahead.Add(int64(d)) }

// Open is a directory in memory, without members, with CAs and keys of its own.
func Open(t testing.TB, base string, now func() time.Time) *desk.Desk {
	t.Helper()
	members, err := registry.Open(store.Memory{}, now)
	require.NoError(t, err)
	anchors, err := openTrust(base, members, now)
	require.NoError(t, err)
	return &desk.Desk{Base: base, Issuer: issuer, Now: now, Registry: members, Trust: anchors}
}

// OpenShared is a directory in memory at Base and Instant. Its members are its
// own; the CAs and keys are those of all such directories, because RSA keys take
// long to make. A test may add to them.
func OpenShared(t testing.TB) *desk.Desk {
	t.Helper()
	anchors, err := sharedTrust()
	require.NoError(t, err)
	members, err := registry.Open(store.Memory{}, still)
	require.NoError(t, err)
	return &desk.Desk{Base: Base, Issuer: issuer, Now: still, Registry: members, Trust: anchors}
}

const issuer = "OpenBanking Ltd"

func still() time.Time { return Instant }

var sharedTrust = sync.OnceValues(func() (*trust.Trust, error) {
	nobody, err := registry.Open(store.Memory{}, still)
	if err != nil {
		return nil, err
	}
	return openTrust(Base, nobody, still)
})

func openTrust(base string, members *registry.Registry, now func() time.Time) (*trust.Trust, error) {
	return trust.Open(context.Background(), trust.Config{
		Keys: Keys, Store: store.Memory{}, Registry: members, Panel: knob.New(knob.Options{Now: now}),
		Now: now, BaseURL: base, PKIURL: "http://pki.example",
	})
}
