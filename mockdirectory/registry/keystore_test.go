package registry

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
)

func TestPublish(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"id", "uuid"} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			r := openRegistry(t, store.Memory{})
			rec := enrol(t, r)
			first, second := enrolSoftware(t, r, rec.ID), enrolSoftware(t, r, rec.ID)
			org, soft := rec.ID, first.ID
			if form == "uuid" {
				org, soft = rec.UUID, first.UUID
			}
			require.Equal(t, `{"keys":[]}`, document(t, r, org, soft, false))
			publish(t, r, org, soft, Key{KeyID: "v", JWK: `{"kid":"v"}`}, nil)
			publish(t, r, org, soft, Key{KeyID: "v", JWK: `{"kid":"v"}`}, nil)
			seal, sealed := issued("seal", pki.OBSeal, 1)
			publish(t, r, org, org, seal, sealed)
			require.NoError(t, r.Associate(org, soft, pki.OBSeal, "seal"))
			require.NoError(t, r.Associate(org, soft, pki.OBSeal, "seal"), "twice is no harm")
			require.Equal(t, `{"keys":[{"kid":"v"},{"kid":"v"},`+seal.JWK+`]}`, document(t, r, rec.ID, first.ID, false))

			renewed, again := issued("seal", pki.OBSeal, 2)
			publish(t, r, org, org, renewed, again)
			require.Equal(t, `{"keys":[`+renewed.JWK+`]}`, document(t, r, org, org, false))
			require.Equal(t, `{"keys":[{"kid":"v"},{"kid":"v"},`+renewed.JWK+`]}`, document(t, r, org, soft, false), "it follows where it is shared")
			require.Equal(t, `{"keys":[]}`, document(t, r, org, second.ID, false), "and nowhere else")

			// One key under two kinds is twice in the set; a pick leaves one.
			wac, waced := issued("seal", pki.OBWAC, 3)
			publish(t, r, org, org, wac, waced)
			require.Equal(t, []string{"seal", "seal"}, kids(document(t, r, org, org, false)))
			picked, err := r.Document(org, org, false, func(k *Key) bool { return k.Kind == pki.OBWAC })
			require.NoError(t, err)
			require.Equal(t, `{"keys":[`+wac.JWK+`]}`, string(picked))

			list, err := r.Certificates(org)
			require.NoError(t, err)
			require.Len(t, list, 3)
			require.Equal(t, rec.ID, list[0].OrganisationID)
			file, err := r.CertificatePEM(org, soft, "seal")
			require.NoError(t, err)
			require.Equal(t, renewed.PEM, string(file))
			_, err = r.CertificatePEM(org, soft, "v")
			refused(t, 404, "kid", err)
		})
	}
}

// A certificate that software got for itself is not the organisation's to renew.
func TestRenewalLeavesSoftwaresOwn(t *testing.T) {
	t.Parallel()
	r := openRegistry(t, store.Memory{})
	org := enrol(t, r)
	own, sharing := enrolSoftware(t, r, org.ID), enrolSoftware(t, r, org.ID)
	mine, c := issued("kid", pki.BRSeal, 1)
	publish(t, r, org.ID, own.ID, mine, c)
	for serial := 2; serial < 4; serial++ {
		k, c := issued("kid", pki.BRSeal, serial)
		publish(t, r, org.ID, org.ID, k, c)
		require.NoError(t, r.Associate(org.ID, sharing.ID, pki.BRSeal, "kid"))
		require.Equal(t, `{"keys":[`+mine.JWK+`]}`, document(t, r, org.ID, own.ID, false))
		require.Equal(t, `{"keys":[`+k.JWK+`]}`, document(t, r, org.ID, sharing.ID, false))
	}
	require.NoError(t, r.Associate(org.ID, own.ID, pki.BRSeal, "kid"))
	require.NotContains(t, document(t, r, org.ID, own.ID, false), mine.JWK, "unless it asks for it")
}

func TestPublishRefuses(t *testing.T) {
	t.Parallel()
	r := openRegistry(t, store.Memory{})
	org := enrol(t, r)
	soft := enrolSoftware(t, r, org.ID)
	k, c := issued("kid", pki.OBSigning, 10)
	publish(t, r, org.ID, soft.ID, k, c)
	before := stateOf(t, r)
	other, _ := issued("other", pki.OBSigning, 10)
	refused(t, 409, "SerialNumber", r.Publish(org.ID, soft.ID, other, &Certificate{Serial: "00:CA:00:00:0A"}))
	refused(t, 409, "SerialNumber", r.AddCertificate(Certificate{Serial: "CA00000A"}))
	refused(t, 404, "kid", r.Associate(org.ID, soft.ID, pki.OBSigning, "kid"))
	refused(t, 404, "kid", r.Associate(org.ID, soft.ID, "", ""))
	require.Equal(t, before, stateOf(t, r))

	require.NoError(t, r.RevokeKey(org.ID, "kid", Revocation{}))
	again, cert := issued("kid", pki.OBSeal, 11)
	refused(t, 409, "kid: the key kid was revoked", r.Publish(org.ID, org.ID, again, cert))
	publish(t, r, org.ID, soft.ID, Key{KeyID: "kid", JWK: `{"kid":"kid"}`}, nil) // verbatim is for what is wrong
	neighbour := enrol(t, r)
	publish(t, r, neighbour.ID, neighbour.ID, again, cert) // the key was revoked for one organisation
}

func TestRevokeKeyInPlaces(t *testing.T) {
	t.Parallel()
	cases := []struct {
		in             []string
		jwks, crl, osp bool
	}{
		{nil, true, true, true},
		{[]string{InJWKS}, true, false, false},
		{[]string{InCRL}, false, true, false},
		{[]string{InOCSP}, false, false, true},
		{[]string{InCRL, InOCSP}, false, true, true},
		{[]string{InOCSP, InJWKS}, true, false, true},
	}
	for _, in := range cases {
		t.Run(fmt.Sprint(in.in), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := openSQLite(t, dir)
			r := openRegistry(t, s)
			org := enrol(t, r)
			soft := enrolSoftware(t, r, org.ID)
			k, c := issued("gone", pki.OBSeal, 1)
			stays, its := issued("stays", pki.OBSeal, 2)
			publish(t, r, org.ID, org.ID, k, c)
			publish(t, r, org.ID, org.ID, stays, its)
			require.NoError(t, r.Associate(org.ID, soft.ID, pki.OBSeal, "gone"))
			require.NoError(t, r.RevokeKey(org.UUID, "gone", Revocation{Reason: "keyCompromise", In: in.in}))

			for _, owner := range []string{org.ID, soft.ID} {
				revoked, current := kids(document(t, r, org.ID, owner, true)), kids(document(t, r, org.ID, owner, false))
				if in.jwks {
					require.Equal(t, []string{"gone"}, revoked)
					require.NotContains(t, current, "gone")
				} else {
					require.Empty(t, revoked)
					require.Contains(t, current, "gone")
				}
			}
			require.Contains(t, kids(document(t, r, org.ID, org.ID, false)), "stays")
			got := r.Certificate(c.Serial)
			require.Equal(t, []bool{in.crl, in.osp}, []bool{got.Shows(InCRL), got.Shows(InOCSP)})
			require.Nil(t, r.Certificate(its.Serial).Revocation)
			if in.crl || in.osp {
				require.Equal(t, "keyCompromise", got.Revocation.Reason)
				require.Equal(t, []*Certificate{got}, r.RevokedCertificates())
			}

			// Again is refused; everywhere adds what is missing, once.
			err := r.RevokeKey(org.ID, "gone", Revocation{In: in.in})
			require.Error(t, err)
			if len(in.in) > 0 {
				held := r.RevokedCertificates()
				require.NoError(t, r.RevokeKey(org.ID, "gone", Revocation{Reason: "superseded"}))
				wide := r.Certificate(c.Serial)
				require.Equal(t, []bool{true, true}, []bool{wide.Shows(InCRL), wide.Shows(InOCSP)})
				require.Equal(t, []*Certificate{wide}, r.RevokedCertificates())
				if in.crl || in.osp {
					require.Equal(t, "keyCompromise", wide.Revocation.Reason, "why and when stay")
					require.Equal(t, got.Revocation.At, wide.Revocation.At)
					require.Equal(t, []*Certificate{got}, held, "a list that was handed out stays as it was")
				}
				require.Equal(t, []string{"gone"}, kids(document(t, r, org.ID, soft.ID, true)))
			}
			refused(t, 404, "kid", r.RevokeKey(org.ID, "gone", Revocation{}))
			before := stateOf(t, r)
			require.NoError(t, s.Close())
			require.Equal(t, before, stateOf(t, openRegistry(t, openSQLite(t, dir))))
		})
	}
}

func TestRevokeRefuses(t *testing.T) {
	t.Parallel()
	r := openRegistry(t, store.Memory{})
	org, other := enrol(t, r), enrol(t, r)
	k, c := issued("kid", pki.OBSeal, 1)
	publish(t, r, org.ID, org.ID, k, c)
	publish(t, r, org.ID, org.ID, Key{KeyID: "verbatim", JWK: `{"kid":"verbatim"}`}, nil)
	before := stateOf(t, r)
	refused(t, 400, `in: expected jwks or crl or ocsp, got "CRL"`, r.RevokeKey(org.ID, "kid", Revocation{In: []string{"CRL"}}))
	refused(t, 400, "reason: expected one of unspecified", r.RevokeKey(org.ID, "kid", Revocation{Reason: "bored"}))
	refused(t, 404, "kid", r.RevokeKey(org.ID, "KID", Revocation{}))
	refused(t, 404, "kid", r.RevokeKey(other.ID, "kid", Revocation{}))
	refused(t, 409, "nothing of the key verbatim is left to revoke in crl", r.RevokeKey(org.ID, "verbatim", Revocation{In: []string{InCRL}}))
	refused(t, 400, "in: expected crl or ocsp", r.RevokeCertificate(org.ID, c.Serial, Revocation{In: []string{InCRL, InJWKS}}))
	refused(t, 400, "in:", r.RevokeCertificate(org.ID, c.Serial, Revocation{In: []string{""}}))
	refused(t, 404, "SerialNumber", r.RevokeCertificate(org.ID, c.Serial+"0", Revocation{}))
	refused(t, 404, "SerialNumber", r.RevokeCertificate(other.ID, c.Serial, Revocation{}))
	require.Equal(t, before, stateOf(t, r))
}

func TestRevokeCertificate(t *testing.T) {
	t.Parallel()
	r := openRegistry(t, store.Memory{})
	org := enrol(t, r)
	k, c := issued("kid", pki.OBSeal, 1)
	publish(t, r, org.ID, org.ID, k, c)
	require.NoError(t, r.RevokeCertificate(org.ID, "CA:00:00:01", Revocation{In: []string{InOCSP}}))
	require.Equal(t, []bool{false, true}, []bool{r.Certificate(c.Serial).Shows(InCRL), r.Certificate(c.Serial).Shows(InOCSP)})
	refused(t, 409, "was revoked at", r.RevokeCertificate(org.ID, c.Serial, Revocation{In: []string{InOCSP}}))
	require.NoError(t, r.RevokeCertificate(org.ID, c.Serial, Revocation{}))
	require.True(t, r.Certificate(c.Serial).Shows(InCRL))
	refused(t, 409, "was revoked at", r.RevokeCertificate(org.ID, c.Serial, Revocation{}))
	require.Equal(t, []string{"kid"}, kids(document(t, r, org.ID, org.ID, false)), "the key stays")
	renewed, again := issued("kid", pki.OBSeal, 2)
	publish(t, r, org.ID, org.ID, renewed, again) // and may be certified again

	// A certificate may be noted under either id of its organisation, or under none.
	require.NoError(t, r.AddCertificate(Certificate{Serial: "b1", OrganisationID: org.UUID}))
	require.NoError(t, r.RevokeCertificate(org.ID, "b1", Revocation{}))
	require.NoError(t, r.AddCertificate(Certificate{Serial: "b2"}))
	refused(t, 404, "SerialNumber", r.RevokeCertificate(org.ID, "b2", Revocation{}))
	refused(t, 404, "OrganisationId", r.AddCertificate(Certificate{Serial: "b3", OrganisationID: "nobody"}))
}
