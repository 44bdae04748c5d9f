package registry

import (
	"github.com/dcrkit/dcrkit/mockdirectory/store"
)

// UpdateOrganisation changes a copy of the record, checks it and keeps it.
// Nothing changes on an error. What only the directory sets must come back as it
// was. Other changes wait while change runs, so it must not make any itself.
func (r *Registry) UpdateOrganisation(id string, change func(*Organisation) error) (Organisation, error) {
	r.writing.Lock()
	defer r.writing.Unlock()
	org, err := r.findOrganisation(id)
	if err != nil {
		return Organisation{}, err
	}
	next := org.record.clone()
	if err := change(&next); err != nil {
		return Organisation{}, err
	}
	if err := org.record.checkKept(next); err != nil {
		return Organisation{}, err
	}
	if err := next.settle(); err != nil {
		return Organisation{}, err
	}
	next = next.clone() // what the caller put in is the caller's
	next.Changed = r.now().UTC()
	if err := r.save(func() { org.record = next }, store.Row{Table: store.Organisations, ID: next.ID, Value: next}); err != nil {
		return Organisation{}, err
	}
	return next, nil
}

// SetOrganisationStatus refuses what is no state of an organisation.
func (r *Registry) SetOrganisationStatus(id, status string) error {
	_, err := r.UpdateOrganisation(id, func(o *Organisation) error {
		o.Status = status
		return nil
	})
	return err
}

// UpdateSoftware changes a copy of the record, checks it and keeps it. Nothing
// changes on an error. What only the directory sets must come back as it was.
// Other changes wait while change runs, so it must not make any itself.
func (r *Registry) UpdateSoftware(orgID, id string, change func(*Software) error) (Software, error) {
	return r.changeSoftware(orgID, id, func(org Organisation, next *Software) error {
		was := next.clone()
		if err := change(next); err != nil {
			return err
		}
		if err := was.checkKept(*next); err != nil {
			return err
		}
		return next.settle(org.Roles)
	})
}

// SetSoftwareStatus refuses what is no state of software.
func (r *Registry) SetSoftwareStatus(orgID, id, status string) error {
	_, err := r.changeSoftware(orgID, id, func(_ Organisation, next *Software) error {
		next.Status = status
		return oneOf("Status", status, SoftwareStates)
	})
	return err
}

func (r *Registry) changeSoftware(orgID, id string, change func(Organisation, *Software) error) (Software, error) {
	r.writing.Lock()
	defer r.writing.Unlock()
	org, s, err := r.findSoftware(orgID, id)
	if err != nil {
		return Software{}, err
	}
	next := s.record.clone()
	if err := change(org.record, &next); err != nil {
		return Software{}, err
	}
	next = next.clone() // what the caller put in is the caller's
	next.Changed = r.now().UTC()
	if err := r.save(func() { s.record = next }, store.Row{Table: store.Software, ID: next.ID, Value: next}); err != nil {
		return Software{}, err
	}
	return next, nil
}
