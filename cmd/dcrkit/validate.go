package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/aspsp"
	"github.com/dcrkit/dcrkit/fixtures/profile"
)

// validate catches what is wrong by itself and what does not go together,
// before anything is started or sent. The error begins with the key.
// It opens no file. What the error says to leave away would otherwise be ignored, and
// ignoring it would test something else than the user believes.
func (c *runConfig) validate(p *profile.Profile) error {
	switch {
	case c.jobs < 1:
		return fmt.Errorf("jobs: expected at least 1, got %d", c.jobs)
	case c.timeout <= 0 || c.checkTimeout <= 0 || c.requestTimeout <= 0:
		return errors.New("timeout, check-timeout, request-timeout: expected a positive duration such as 30s")
	case c.maxWait < 0 || c.maxWait >= c.timeout:
		return fmt.Errorf("max-wait: expected 0 or more and less than the --timeout of %s, got %s", c.timeout, c.maxWait)
	case c.seed < 0:
		return fmt.Errorf("seed: expected 0 or more, got %d", c.seed)
	case c.out == "":
		return errors.New("out: expected a folder, got none")
	case (c.clientCert == "") != (c.clientKey == ""):
		return errors.New("client-cert, client-key: expected both or neither")
	case c.clientCert != "" && p.Dialect.Statement:
		return fmt.Errorf("client-cert: in profile %s the directory issues the client certificates; leave it away", p.Name)
	case c.directory != "" && !p.Dialect.Statement:
		return fmt.Errorf("directory: profile %s has no software statements and so no directory; leave it away", p.Name)
	case c.directoryCA != "" && c.directory == "":
		return errors.New("directory-ca: names the CA of a --directory; name that as well")
	}
	if c.target == "" {
		return c.validateEmbedded(p)
	}
	if c.off != nil {
		return errors.New("off: only the embedded reference server has rules to switch off; leave --target away")
	}
	if err := absolute("target", c.target); err != nil {
		return err
	}
	if !p.Dialect.Statement {
		return nil
	}
	if c.directory == "" {
		return fmt.Errorf("directory: profile %s needs software statements; start 'dcrkit directory serve', let the target trust it, and name it with --directory URL", p.Name)
	}
	return absolute("directory", c.directory)
}

// validateEmbedded is for runs without a target.
// The embedded server's own values would replace these, so they are refused.
func (c *runConfig) validateEmbedded(p *profile.Profile) error {
	for _, given := range []struct{ key, value string }{{"directory", c.directory}, {"ca", c.ca}, {"audience", c.audience}} {
		if given.value != "" {
			return fmt.Errorf("%s: the embedded reference server brings its own; name a --target as well, such as a running 'dcrkit aspsp serve'", given.key)
		}
	}
	return validateOff(p, c.off)
}

// validateOff makes sure that rules can be switched off in a profile's
// reference server.
// Some rules are kept by the code of another one and cannot break alone; the error then
// names that other one.
func validateOff(p *profile.Profile, off []string) error {
	known := aspsp.Rules(p)
	for _, id := range off {
		if slices.Contains(known, id) {
			continue
		}
		hint := suggestion(id, known)
		for _, other := range known {
			// The rule is kept, but by another one's code.
			if slices.Contains(aspsp.Upholds(other), id) {
				hint = fmt.Sprintf("; it hangs on %s, switch that off", other)
				break
			}
		}
		return fmt.Errorf("off: %q cannot be switched off in profile %s%s; 'dcrkit aspsp serve --profile %s --list-off' lists what can", id, p.Name, hint, p.Name)
	}
	return nil
}

// absolute wants an http or https URL.
// A path is allowed, as an issuer may have one (RFC 8414, section 3.1). The error begins
// with the key.
func absolute(key, value string) error {
	if u, err := url.Parse(strings.TrimSpace(value)); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return fmt.Errorf("%s: expected a URL such as https://127.0.0.1:8443, got %q", key, value)
	}
	return nil
}

// readRoots reads a PEM file of CA certificates; without a name it returns nil,
// the system's.
// The system's CAs are not trusted beside those of a file.
func readRoots(key, path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(raw) {
		return nil, fmt.Errorf("%s: expected a PEM file with at least one CERTIFICATE block, found none in %s", key, path)
	}
	return pool, nil
}

// clientCertificate is for profiles without a directory, where the certificate has to
// come from the user. It is nil when none was named, and errors name both keys, since
// the two files may each be good and not belong together.
func (c *runConfig) clientCertificate() (*tls.Certificate, error) {
	if c.clientCert == "" {
		return nil, nil
	}
	cert, err := tls.LoadX509KeyPair(c.clientCert, c.clientKey)
	if err != nil {
		return nil, fmt.Errorf("client-cert, client-key: %s and %s: %w", c.clientCert, c.clientKey, err)
	}
	return &cert, nil
}
