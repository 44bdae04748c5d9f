package registry

import (
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
)

// Organisation finds by either id.
func (r *Registry) Organisation(id string) (Organisation, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	org, err := r.findOrganisation(id)
	if err != nil {
		return Organisation{}, err
	}
	return org.record, nil
}

// Organisations returns at most limit of them in the order of enrolment, from
// the one at that offset on, and how many there are.
func (r *Registry) Organisations(offset, limit int) ([]Organisation, int) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	out := []Organisation{}
	for _, org := range page(r.order, offset, limit) {
		out = append(out, org.record)
	}
	return out, len(r.order)
}

// Software returns the software's record and its organisation's, by either of
// their ids. It does not look at their status, which is the caller's to judge.
func (r *Registry) Software(orgID, id string) (Software, Organisation, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	org, s, err := r.findSoftware(orgID, id)
	if err != nil {
		return Software{}, Organisation{}, err
	}
	return s.record, org.record, nil
}

// SoftwareByID finds software whoever it belongs to: what a client_id leads to.
func (r *Registry) SoftwareByID(id string) (Software, Organisation, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	s := r.software[id]
	if s == nil {
		return Software{}, Organisation{}, problem.NotFound("SoftwareStatementId: no software is enrolled as %q", id)
	}
	return s.record, r.organisations[s.record.OrganisationID].record, nil
}

// SoftwareOf returns at most limit of an organisation's software, as
// Organisations does.
func (r *Registry) SoftwareOf(orgID string, offset, limit int) ([]Software, int, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	org, err := r.findOrganisation(orgID)
	if err != nil {
		return nil, 0, err
	}
	out := []Software{}
	for _, s := range page(org.software, offset, limit) {
		out = append(out, s.record)
	}
	return out, len(org.software), nil
}

// findOrganisation needs either lock. It is where an id from a path is looked at first.
func (r *Registry) findOrganisation(id string) (*organisation, error) {
	if uuids.MatchString(id) {
		if org := r.byUUID[id]; org != nil {
			return org, nil
		}
		return nil, problem.NotFound("OrganisationId: no organisation is enrolled as %q", id)
	}
	if !organisationIDs.MatchString(id) {
		return nil, problem.NotFound("OrganisationId: expected 18 letters and digits, got %q", id)
	}
	org := r.organisations[id]
	if org == nil {
		return nil, problem.NotFound("OrganisationId: no organisation is enrolled as %q", id)
	}
	return org, nil
}

// findSoftware needs either lock. Software of another organisation is not there,
// rather than forbidden: that it exists is nobody else's business.
func (r *Registry) findSoftware(orgID, id string) (*organisation, *software, error) {
	org, err := r.findOrganisation(orgID)
	if err != nil {
		return nil, nil, err
	}
	if !softwareIDs.MatchString(id) && !uuids.MatchString(id) {
		return nil, nil, problem.NotFound("SoftwareStatementId: expected 22 letters and digits, got %q", id)
	}
	s := r.software[id]
	if s == nil || s.record.OrganisationID != org.record.ID {
		return nil, nil, problem.NotFound("SoftwareStatementId: organisation %s has no software %q", orgID, id)
	}
	return org, s, nil
}

// page is the part of a list that begins at offset; beyond the end it is empty.
func page[T any](list []T, offset, limit int) []T {
	from := min(max(offset, 0), len(list))
	return list[from : from+min(max(limit, 0), len(list)-from)]
}
