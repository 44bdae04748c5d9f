package main

import (
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/profile"
	"github.com/dcrkit/dcrkit/fixtures/rulebook"
	"github.com/dcrkit/dcrkit/steps"
)

// A dialect that no built-in profile has yet: a plain JSON body that carries a
// software statement, over mutual TLS, managed by a registration access token.
// It is data only: nothing in the steps, the client or the server knows of it.
func TestJSONBodyWithSoftwareStatement(t *testing.T) {
	t.Parallel()
	p, err := profile.Load("obie-3.3")
	require.NoError(t, err)
	p.Name = "json-with-statement"
	p.Dialect.Body = profile.JSON
	p.Dialect.MediaTypes = []string{"application/json"}
	p.Dialect.Management = profile.RegistrationAccessToken
	p.Dialect.Required = []string{"redirect_uris", "software_statement"}
	// Defaults that this dialect leaves to the server; a comparison with iss, which only a signed request
	// has; and a binding to the certificate, which RFC 8705 gives to access tokens but to no
	// registration access token.
	for _, rule := range []string{"MET-65", "MET-74", "SSC-36", "TLS-22"} {
		p.Levels[rule] = rulebook.NotAsked
	}
	p.Capabilities = []string{"statement", "json-request", "mtls", "read", "update", "delete", "token-endpoint", "registration-access-token", "private-key-jwt", "tls-client-auth", "bound-tokens", "openid", "directory", "rotation"}

	l, err := startLab(context.Background(), p, nil, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	run := runLab(t, l, p, steps.Selection{})
	require.Empty(t, notPassed(run))
	require.GreaterOrEqual(t, run.Totals.Passed, 200)
}
