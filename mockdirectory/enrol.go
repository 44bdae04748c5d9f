package mockdirectory

import "net/http"

// statusChange is the body that sets a status.
type statusChange struct {
	Status string `json:"Status"`
}

// enrolOrganisation answers 201 with the new organisation, which is Active.
func (d *directory) enrolOrganisation(w http.ResponseWriter, r *http.Request) error {
	var body enrolment
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	if err := body.check(); err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, d.registry.addOrganisation(body))
}

// setOrganisationStatus has no like in the real directory: there a scheme
// operator does it by hand. Certificates and keys stay as they are.
func (d *directory) setOrganisationStatus(w http.ResponseWriter, r *http.Request) error {
	var body statusChange
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	if err := oneOf("Status", body.Status, active, revoked, withdrawn); err != nil {
		return err
	}
	if err := d.registry.setOrganisationStatus(r.PathValue("org"), body.Status); err != nil {
		return err
	}
	return writeNothing(w)
}

// enrolSoftware answers 201 with the new software statement, which is Active.
// Roles that are left out are those of the organisation.
func (d *directory) enrolSoftware(w http.ResponseWriter, r *http.Request) error {
	var body softwareFields
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	rec, err := d.registry.addSoftware(r.PathValue("org"), body)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, rec)
}

// showSoftware answers 200 whatever the status, which is part of what it shows.
func (d *directory) showSoftware(w http.ResponseWriter, r *http.Request) error {
	rec, _, err := d.registry.softwareOf(r.PathValue("org"), r.PathValue("software"))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, rec)
}

// updateSoftware changes what the body names. The statements already handed
// out say what they said: a bank sees the change with the next one.
func (d *directory) updateSoftware(w http.ResponseWriter, r *http.Request) error {
	body, err := readBody(w, r)
	if err != nil {
		return err
	}
	rec, err := d.registry.updateSoftware(r.PathValue("org"), r.PathValue("software"), body)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, rec)
}

// setSoftwareStatus switches the software off or on again. Off means that no
// statement is issued for it; its keys stay published.
func (d *directory) setSoftwareStatus(w http.ResponseWriter, r *http.Request) error {
	var body statusChange
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	if err := oneOf("Status", body.Status, active, inactive); err != nil {
		return err
	}
	if err := d.registry.setSoftwareStatus(r.PathValue("org"), r.PathValue("software"), body.Status); err != nil {
		return err
	}
	return writeNothing(w)
}
