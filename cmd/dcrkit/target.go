package main

import (
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/dcrkit/dcrkit/fixtures/tpp"
)

// targetTrouble words a failed discovery for the command line: the key first,
// and a hint that names the flag which helps.
// The copy keeps the error that the discovery returned as it was.
func targetTrouble(err error) error {
	var t *tpp.TargetError
	if errors.As(err, &t) {
		if hint := advice(t); hint != "" {
			told := *t
			told.Hint = hint
			return fmt.Errorf("--target: %w", &told)
		}
	}
	return fmt.Errorf("--target: %w", err)
}

// advice is a better hint than the general one, or "".
// Package tpp words its hints without flags; those are known here.
func advice(t *tpp.TargetError) string {
	var wrongHost x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case t.Problem == tpp.ProblemLate:
		return "check that the server is up, or allow it more time with --request-timeout"
	case errors.As(t.Err, &wrongHost):
		return "name the host in --target as the certificate does, or give the server a certificate for this host"
	case errors.As(t.Err, &invalid) && invalid.Reason == x509.Expired:
		return "renew the server's certificate, or set the clock of this machine"
	}
	return ""
}
