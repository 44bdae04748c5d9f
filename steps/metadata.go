package steps

import (
	"context"
	"crypto/tls"
	"fmt"
	"slices"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/steps/oracle"
)

// metadata are the steps about what the server says of itself, and about the
// TLS that it speaks.
func metadata() []Step {
	return []Step{
		{`the server's metadata is read`, (*world).readsMetadata},
		{`the server's key set is read`, (*world).readsKeySet},
		{`it names an https registration endpoint`, (*world).namesEndpoint},
		{`its issuer is the one under which it was found`, (*world).issuerFits},
		{`"([^"]*)" holds only values that the profile permits`, (*world).onlyPermitted},
		{`"([^"]*)" contains what the client was granted`, (*world).containsGranted},
		{`"([^"]*)" is true`, (*world).isTrue},
		{`its keys are public, strong and have distinct names`, (*world).soundKeys},

		{`it registers over TLS (1\.2|1\.3)`, (*world).registersOverTLS},
		{`it offers only TLS (1\.0|1\.1)`, (*world).offersOldTLS},
		{`it offers only TLS 1\.2 with a cipher suite that FAPI forbids`, (*world).offersForbiddenCipher},
		{`the server's certificate is valid for its host`, (*world).certificateValid},
	}
}

// readsMetadata fetches the document again for its status and headers. The
// steps after it judge the one that the run began with, as that is what all
// other checks went by.
func (w *world) readsMetadata(ctx context.Context) error {
	w.last = w.run.Network.Do(ctx, tpp.Request{Label: "metadata", Method: "GET", URL: w.run.Target.Discovery})
	w.note(w.last)
	return oracle.Answered(w.last)
}

// readsKeySet is skipped where the metadata names no jwks_uri, which is
// OPTIONAL (RFC 8414, section 2).
func (w *world) readsKeySet(ctx context.Context) error {
	if w.run.Target.JWKSURI == "" {
		return &skip{"the server's metadata has no jwks_uri"}
	}
	w.last = w.run.Network.Do(ctx, tpp.Request{Label: "key set", Method: "GET", URL: w.run.Target.JWKSURI})
	w.note(w.last)
	return oracle.Answered(w.last)
}

// namesEndpoint asks for registration_endpoint with the scheme https (RFC
// 8414, section 2; RFC 7591, section 3).
func (w *world) namesEndpoint(context.Context) error {
	return oracle.EndpointHTTPS(w.run.Target.Metadata, "registration_endpoint")
}

// issuerFits compares with the URL at which the metadata was found. A
// document that names another issuer must not be used (RFC 8414, section
// 3.3): the answer may be another server's.
func (w *world) issuerFits(context.Context) error {
	return oracle.IssuerFits(w.run.Target.Metadata, w.run.Target.Discovery)
}

// onlyPermitted takes a list of authentication methods or, for any other
// name, of signing algorithms (FAPI 1.0 Advanced, sections 5.2.2 and 8.6).
func (w *world) onlyPermitted(_ context.Context, name string) error {
	permitted := w.run.Profile.Dialect.Algorithms
	if strings.Contains(name, "auth_methods") {
		permitted = w.run.Profile.Dialect.AuthMethods
	}
	return oracle.OnlyFrom(w.run.Target.Metadata, name, permitted)
}

// containsGranted compares what is advertised with what was granted. A server
// may leave scopes out of the list (RFC 8414, section 2), so an absent list
// is a skip.
func (w *world) containsGranted(_ context.Context, name string) error {
	if w.run.Target.Metadata.Strings(name) == nil {
		return &skip{"the server's metadata has no " + name}
	}
	obj, err := w.main.answer.JSON()
	if err != nil {
		return err
	}
	return oracle.Contains(w.run.Target.Metadata, name, strings.Fields(obj.String("scope")))
}

// isTrue takes an absent member for false, as RFC 8705, section 3.3 has it.
func (w *world) isTrue(_ context.Context, name string) error {
	return oracle.IsTrue(w.run.Target.Metadata, name)
}

// soundKeys asks no certificates of the target's keys: x5c is OPTIONAL (RFC
// 7517, section 4.7).
func (w *world) soundKeys(context.Context) error { return oracle.Keys(w.last, false) }

var tlsVersions = map[string]uint16{"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

// registersOverTLS registers on a connection of exactly this version. A server
// that speaks only the other one is not wrong.
func (w *world) registersOverTLS(ctx context.Context, version string) error {
	a, err := w.theTPP(ctx)
	if err != nil {
		return err
	}
	d, err := w.honest(ctx, a)
	if err != nil {
		return err
	}
	v := tlsVersions[version]
	restricted := a.OverTLS(v, v)
	w.actors = append(w.actors, &actor{Client: restricted, tpp: a.tpp})
	x, _, err := restricted.Register(ctx, "over TLS "+version, d)
	if err != nil {
		return err
	}
	w.sent = d
	w.heard(x)
	return nil
}

// hello tries a handshake with restricted offers; whatever HTTP answers then
// does not matter.
func (w *world) hello(ctx context.Context, r tpp.Request) error {
	a, err := w.theTPP(ctx)
	if err != nil {
		return err
	}
	r.Method, r.URL, r.Certificate, r.FreshConnection = "GET", w.run.Target.RegistrationEndpoint, a.tpp.Transport, true
	w.heard(a.Send(ctx, r))
	return nil
}

// offersOldTLS offers a version that must not be negotiated any more (RFC
// 8996, sections 4 and 5).
func (w *world) offersOldTLS(ctx context.Context, version string) error {
	v := tlsVersions[version]
	return w.hello(ctx, tpp.Request{Label: "TLS " + version, MinTLS: v, MaxTLS: v})
}

// forbiddenCiphers are TLS 1.2 suites that FAPI 1.0 Advanced section 8.5 rules
// out: CBC modes and RSA key exchange.
var forbiddenCiphers = []uint16{
	tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
	tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_256_CBC_SHA,
}

// offersForbiddenCipher stays at TLS 1.2: version 1.3 has none of these
// suites, and a server would choose it.
func (w *world) offersForbiddenCipher(ctx context.Context) error {
	return w.hello(ctx, tpp.Request{Label: "forbidden cipher suites", MinTLS: tls.VersionTLS12, MaxTLS: tls.VersionTLS12, CipherSuites: slices.Clone(forbiddenCiphers)})
}

// certificateValid: the exchange could only take place because the harness
// verified chain, host name and validity against its own roots (RFC 9525).
func (w *world) certificateValid(context.Context) error {
	if err := oracle.Answered(w.last); err != nil {
		return err
	}
	if w.last.TLS == nil || len(w.last.TLS.VerifiedChains) == 0 {
		return &oracle.Finding{Expected: "a certificate that verifies for its host", Got: "none"}
	}
	leaf := w.last.TLS.PeerCertificates[0]
	if w.run.Now().After(leaf.NotAfter) {
		return &oracle.Finding{Expected: "a certificate that is valid now", Got: fmt.Sprintf("one until %s", leaf.NotAfter.UTC().Format("2006-01-02"))}
	}
	return nil
}
