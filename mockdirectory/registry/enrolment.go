package registry

import (
	"github.com/dcrkit/dcrkit/mockdirectory/store"
)

// AddOrganisation enrols an organisation under new ids. It is Active at once.
func (r *Registry) AddOrganisation(e Enrolment) (Organisation, error) {
	if err := e.check(); err != nil {
		return Organisation{}, err
	}
	r.writing.Lock()
	defer r.writing.Unlock()
	id := newOrganisationID()
	for r.organisations[id] != nil {
		id = newOrganisationID()
	}
	o := e.organisation(id, newUUID(), r.now().UTC()).clone()
	if err := r.save(func() { r.insertOrganisation(o) }, store.Row{Table: store.Organisations, ID: id, Value: o}); err != nil {
		return Organisation{}, err
	}
	return o, nil
}

// AddSoftware enrols software under new ids. The status is Active at once, and
// nothing is enrolled on an error.
func (r *Registry) AddSoftware(orgID string, fields Fields) (Software, error) {
	r.writing.Lock()
	defer r.writing.Unlock()
	org, err := r.findOrganisation(orgID)
	if err != nil {
		return Software{}, err
	}
	if err := fields.settle(org.record.Roles); err != nil {
		return Software{}, err
	}
	now := r.now().UTC()
	// 22 characters of Base62 are 131 bits: they do not meet again.
	rec := Software{
		ID: newSoftwareID(), UUID: newUUID(), Status: Active, Fields: fields,
		OrganisationID: org.record.ID, Enrolled: now, Changed: now,
	}.clone()
	if err := r.save(func() { r.insertSoftware(org, rec) }, store.Row{Table: store.Software, ID: rec.ID, Value: rec}); err != nil {
		return Software{}, err
	}
	return rec, nil
}

func (r *Registry) insertOrganisation(o Organisation) {
	org := &organisation{record: o, revokedKeys: map[string]bool{}}
	r.organisations[o.ID], r.byUUID[o.UUID] = org, org
	r.order = append(r.order, org)
}

func (r *Registry) insertSoftware(org *organisation, rec Software) {
	rec.OrganisationID = org.record.ID // one string for all of them
	s := &software{record: rec}
	r.software[rec.ID], r.software[rec.UUID] = s, s
	org.software = append(org.software, s)
}
