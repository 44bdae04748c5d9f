package registry

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
)

// orgCalls and softwareCalls are all methods that take ids.
func orgCalls(r *Registry) map[string]func(org string) error {
	return map[string]func(string) error{
		"Organisation": func(org string) error { _, err := r.Organisation(org); return err },
		"SoftwareOf":   func(org string) error { _, _, err := r.SoftwareOf(org, 0, 1); return err },
		"UpdateOrganisation": func(org string) error {
			_, err := r.UpdateOrganisation(org, func(*Organisation) error { return nil })
			return err
		},
		"SetOrganisationStatus": func(org string) error { return r.SetOrganisationStatus(org, Active) },
		"AddSoftware":           func(org string) error { _, err := r.AddSoftware(org, Fields{ClientName: "A"}); return err },
		"Certificates":          func(org string) error { _, err := r.Certificates(org); return err },
	}
}

func softwareCalls(r *Registry) map[string]func(org, id string) error {
	return map[string]func(string, string) error{
		"Software": func(org, id string) error { _, _, err := r.Software(org, id); return err },
		"UpdateSoftware": func(org, id string) error {
			_, err := r.UpdateSoftware(org, id, func(*Software) error { return nil })
			return err
		},
		"SetSoftwareStatus": func(org, id string) error { return r.SetSoftwareStatus(org, id, Active) },
		"Publish":           func(org, id string) error { return r.Publish(org, id, Key{KeyID: "k", JWK: "{}"}, nil) },
		"Associate":         func(org, id string) error { return r.Associate(org, id, pki.OBSeal, "seal") },
		"Document":          func(org, id string) error { _, err := r.Document(org, id, false, nil); return err },
		"Keys":              func(org, id string) error { _, err := r.Keys(org, id); return err },
		"CertificatePEM":    func(org, id string) error { _, err := r.CertificatePEM(org, id, "seal"); return err },
	}
}

func twoMembers(t *testing.T) (r *Registry, org Organisation, soft, its Software) {
	t.Helper()
	r = openRegistry(t, store.Memory{})
	org = enrol(t, r)
	soft, its = enrolSoftware(t, r, org.ID), enrolSoftware(t, r, enrol(t, r).ID)
	k, c := issued("seal", pki.OBSeal, 1)
	publish(t, r, org.ID, org.ID, k, c)
	require.NoError(t, r.Associate(org.ID, soft.ID, pki.OBSeal, "seal"))
	return r, org, soft, its
}

func TestBothFormsOfIDs(t *testing.T) {
	t.Parallel()
	r, org, soft, _ := twoMembers(t)
	for _, o := range []string{org.ID, org.UUID} {
		for name, call := range orgCalls(r) {
			require.NoError(t, call(o), "%s %s", name, o)
		}
		for _, s := range []string{soft.ID, soft.UUID} {
			for name, call := range softwareCalls(r) {
				require.NoError(t, call(o, s), "%s %s %s", name, o, s)
			}
		}
	}
}

func TestHostileIDs(t *testing.T) {
	t.Parallel()
	r, org, soft, _ := twoMembers(t)
	before := stateOf(t, r)
	for _, id := range []string{
		"", " ", ".", "..", "../" + org.ID, org.ID + "\n", org.ID + "\x00", org.ID[:17], org.ID + "0", strings.ToLower(org.UUID) + "0", strings.ToUpper(newUUID()),
		newOrganisationID(), newUUID(), "' OR 1=1 --", "%2e%2e", strings.Repeat("a", 1<<16), "\xff\xfe", "é" + org.ID[2:], "{" + org.UUID + "}", soft.ID, soft.UUID,
	} {
		for name, call := range orgCalls(r) {
			refused(t, 404, "OrganisationId: ", call(id))
			require.NotContains(t, call(id).Error(), "\n", name)
		}
		for _, call := range softwareCalls(r) {
			refused(t, 404, "OrganisationId: ", call(id, soft.ID))
		}
		if id == soft.ID || id == soft.UUID {
			continue
		}
		for _, call := range softwareCalls(r) {
			refused(t, 404, "SoftwareStatementId: ", call(org.ID, id))
		}
		_, _, err := r.SoftwareByID(id)
		refused(t, 404, "SoftwareStatementId: ", err)
	}
	require.Equal(t, before, stateOf(t, r))
}

// Software of another organisation is not there, by neither id, though
// SoftwareByID finds it.
func TestSoftwareOfOthersIsNotThere(t *testing.T) {
	t.Parallel()
	r, org, _, its := twoMembers(t)
	before := stateOf(t, r)
	for _, o := range []string{org.ID, org.UUID} {
		for _, s := range []string{its.ID, its.UUID} {
			for _, call := range softwareCalls(r) {
				refused(t, 404, "SoftwareStatementId: organisation "+o+" has no software", call(o, s))
			}
			found, owner, err := r.SoftwareByID(s)
			require.NoError(t, err)
			require.Equal(t, its, found)
			require.Equal(t, its.OrganisationID, owner.ID)
		}
	}
	require.Equal(t, before, stateOf(t, r))
}
