package page

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// mediaPEM is what the UK directory calls PEM, and csrFile what commands call the request.
const (
	mediaPEM = "application/x-pem-file"
	csrFile  = "request.csr"
)

// csrFields ask for a request, pasted or as a file.
func csrFields(hint string) []field {
	return []field{
		{Name: "body", Label: "Certificate signing request", Type: "area", Hint: "PEM, " + hint},
		{Name: "body-file", Label: "or its file", Type: "file"},
	}
}

// deviations are the ways in which a certificate can be wrong. A self-signed one is not among
// them: only the holder can sign it.
func deviations() []choice {
	var out []choice
	for _, w := range pki.Wrongs() {
		if w.Name != pki.SelfSigned {
			out = append(out, choice{string(w.Name), string(w.Name) + ": " + w.Summary})
		}
	}
	return out
}

// certificateForm asks for a certificate of one of these kinds.
func (s *site) certificateForm(path string, kinds ...pki.Kind) *form {
	var names []choice
	for _, k := range kinds {
		use := "for signatures"
		if k.Transport() {
			use = "for mutual TLS"
		}
		names = append(names, choice{string(k), string(k) + ", " + use})
	}
	fields := []field{
		{Name: "type", Label: "Kind", Type: "select", Choices: []group{{Choices: names}}},
		{Name: "key", Label: "Key", Type: "select", Choices: []group{{Choices: keyChoices}}, Hint: "a key made here is shown once and kept nowhere"},
	}
	fields = append(fields, csrFields("when you have the key")...)
	fields = append(fields, field{
		Name: "wrong", Label: "Deviation", Type: "select", Choices: optional("none: an honest certificate", []group{{Choices: deviations()}}),
		Hint: "a certificate that is wrong in one way; its key is not published",
	}, field{Name: "issuer", Label: "Issuer", Type: "select", Choices: []group{{Choices: s.issuerChoices()}}},
		field{
			Name: "publish", Label: "Publish the key", Type: "select", Choices: []group{{Choices: []choice{{"", "yes, in the key set"}, {"no", "no"}}}},
			Hint: "no, for one more certificate that is to be revoked without its key",
		})
	return &form{ID: "certificate", Action: path + "/certificate", Submit: "Issue the certificate", Upload: true, Fields: fields}
}

// certify reads what certificate is asked for, of an organisation or of software.
func (s *site) certify(r *http.Request) (act, error) {
	a := act{form: "certificate"}
	org, id := r.PathValue("org"), r.PathValue("software")
	kind, wrong := pki.Kind(r.PostForm.Get("type")), r.PostForm.Get("wrong")
	making, body := r.PostForm.Get("key"), r.PostForm.Get("body")
	allowed, err := s.kinds(org, id)
	if err != nil {
		return a, err
	}
	if !slices.Contains(allowed, kind) {
		return a, problem.Invalid("type", "expected %s here, got %q", joined(allowed), kind)
	}
	a.command = command{method: http.MethodPost, path: certificateAPI(org, id, kind), media: mediaPEM, file: csrFile}
	a.command.query = url.Values{}
	for _, name := range []string{"wrong", "issuer", "publish"} {
		if value := r.PostForm.Get(name); value != "" {
			a.command.query.Set(name, value)
		}
	}
	if british := allowed[len(allowed)-2:]; !slices.Contains(british, kind) && (a.command.query.Has("issuer") || a.command.query.Has("publish")) {
		return a, problem.Invalid("issuer", "expected the first one, and the key to be published, with %s: Brazil's API has no choice of them", kind)
	}
	if making != "" {
		maker, err := makerOf(making, wrong)
		if err != nil {
			return a, err
		}
		a.command.before = maker.openssl
	}
	a.do = func(ctx context.Context) (outcome, error) {
		shown := issuedBody{Name: string(kind), Wrong: wrong}
		req := desk.CertificateRequest{Kind: kind, CSR: []byte(body), Wrong: wrong, Issuer: r.PostForm.Get("issuer"), Unpublished: r.PostForm.Get("publish") == "no"}
		if making != "" {
			made, err := s.makeKey(ctx, making, wrong)
			if err != nil {
				return outcome{}, err
			}
			req.CSR, shown.Key = made.csr, made.key
		} else if len(body) > rest.MaxBody {
			return outcome{}, problem.TooLarge(rest.MaxBody)
		}
		issued, err := s.issue(ctx, org, id, req)
		if err != nil {
			return outcome{}, err
		}
		shown.KeyID, shown.Serial, shown.Chain, shown.Back = issued.KeyID, issued.Serial, issued.PEM, pathOf(r)
		return outcome{show: issuedScreen("Certificate, "+string(kind), s.trail(org, id), shown)}, nil
	}
	return a, nil
}

// kinds are the certificates of the page that a form is on.
func (s *site) kinds(org, id string) ([]pki.Kind, error) {
	if id == "" {
		o, err := s.Desk.Registry.Organisation(org)
		return kindsOf(o.Roles, false), err
	}
	soft, _, err := s.Desk.Registry.Software(org, id)
	return kindsOf(soft.Roles, true), err
}

// joined lists kinds in the words of a refusal.
func joined(kinds []pki.Kind) string {
	var names []string
	for _, k := range kinds {
		names = append(names, string(k))
	}
	return strings.Join(names, " or ")
}

// trail leads back to the organisation, and to the software if there is one.
func (s *site) trail(org, id string) []link {
	trail := []link{{"Organisations", organisationsPath}}
	if o, err := s.Desk.Registry.Organisation(org); err == nil {
		trail = append(trail, link{plainly(o.Name), organisationPath(org)})
	}
	if soft, _, err := s.Desk.Registry.Software(org, id); err == nil {
		trail = append(trail, link{plainly(soft.ClientName), softwarePath(org, id)})
	}
	return trail
}
