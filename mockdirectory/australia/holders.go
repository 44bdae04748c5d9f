package australia

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// holder is a brand of a data holder: RegisterDataHolderBrandV2 of the
// standards. It is an authorisation server of the registry.
type holder struct {
	ID          string         `json:"dataHolderBrandId"`
	Name        string         `json:"brandName"`
	Industries  []string       `json:"industries"`
	Logo        string         `json:"logoUri"`
	Entity      legalEntity    `json:"legalEntity"`
	Status      string         `json:"status"`
	Endpoints   endpointDetail `json:"endpointDetail"`
	Auth        []authDetail   `json:"authDetails"`
	LastUpdated string         `json:"lastUpdated"`
}

// legalEntity has the members that the standards require of it.
type legalEntity struct {
	ID     string `json:"legalEntityId"`
	Name   string `json:"legalEntityName"`
	Logo   string `json:"logoUri"`
	Status string `json:"status"`
}

// endpointDetail leads to the holder; a recipient finds its discovery document
// below infosecBaseUri.
type endpointDetail struct {
	Version  string `json:"version"`
	Public   string `json:"publicBaseUri"`
	Resource string `json:"resourceBaseUri"`
	Infosec  string `json:"infosecBaseUri"`
	Website  string `json:"websiteUri"`
}

// authDetail is how the holder proves itself to recipients, when it revokes an
// arrangement for instance: by JWTs that this directory's key sets verify.
type authDetail struct {
	Type string `json:"registerUType"`
	JWKS string `json:"jwksEndpoint"`
}

// holderIndustry is the only one that a holder can be of: the registry does not
// know more.
const holderIndustry = "banking"

// page says which part of a list is wanted.
type page struct {
	number, size int
	since        time.Time
}

// pageOf reads the standard pagination: 25 at a time and at most 1000, counted
// from one.
func pageOf(r request) (page, error) {
	query, err := rest.Parameters(r.Request, "page", "page-size", "updated-since")
	if err != nil {
		return page{}, err
	}
	out := page{number: 1, size: 25}
	for name, into := range map[string]*int{"page": &out.number, "page-size": &out.size} {
		text, there := query[name]
		if !there {
			continue
		}
		if *into, err = strconv.Atoi(text); err != nil || *into < 1 {
			return page{}, invalidField(fmt.Sprintf("%s: expected a positive integer, got %q", name, text))
		}
	}
	if out.size > 1000 {
		return page{}, refuse(http.StatusBadRequest, "cds-all:Field/InvalidPageSize", "Invalid Page Size", fmt.Sprintf("page-size: expected at most 1000, got %d", out.size))
	}
	if text, there := query["updated-since"]; there {
		if out.since, err = time.Parse(time.RFC3339, text); err != nil {
			return page{}, refuse(http.StatusBadRequest, "cds-all:Field/InvalidDateTime", "Invalid Date", fmt.Sprintf("updated-since: expected a time of RFC 3339, got %q", text))
		}
	}
	return out, nil
}

// pagedLinks are absent where there is no such page.
type pagedLinks struct {
	Self  string `json:"self"`
	First string `json:"first,omitempty"`
	Prev  string `json:"prev,omitempty"`
	Next  string `json:"next,omitempty"`
	Last  string `json:"last,omitempty"`
}

type pagedMeta struct {
	Records int `json:"totalRecords"`
	Pages   int `json:"totalPages"`
}

// listHolders shows the brands of organisations with the holder's role, one for
// each authorisation server that they advertise.
func (f face) listHolders(w http.ResponseWriter, r request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	all := f.holders(r.industry, p.since)
	pages := (len(all) + p.size - 1) / p.size
	if p.number > max(pages, 1) {
		return refuse(http.StatusUnprocessableEntity, "cds-all:Field/InvalidPage", "Invalid Page", fmt.Sprintf("page: expected at most %d, got %d", max(pages, 1), p.number))
	}
	from := (p.number - 1) * p.size
	links := pagedLinks{Self: f.self(r)}
	if p.number > 1 {
		links.First, links.Prev = f.pageLink(r, 1), f.pageLink(r, p.number-1)
	}
	if p.number < pages {
		links.Next, links.Last = f.pageLink(r, p.number+1), f.pageLink(r, pages)
	}
	return write(w, r, document{all[from:min(from+p.size, len(all))], links, pagedMeta{len(all), pages}})
}

// pageLink keeps the other parameters, so that each page is of the same list.
func (f face) pageLink(r request, number int) string {
	query := r.URL.Query()
	query.Set("page", strconv.Itoa(number))
	return f.Base + r.URL.EscapedPath() + "?" + query.Encode()
}

// holders who have not changed since are left out; a new state is a change too.
func (f face) holders(industry string, since time.Time) []holder {
	out := []holder{}
	if !slices.Contains([]string{"all", holderIndustry}, industry) {
		return out
	}
	for org := range f.Members([]string{holderRole}) {
		if org.Changed.Before(since) {
			continue
		}
		for _, s := range org.AuthorisationServers {
			out = append(out, f.holder(org, s))
		}
	}
	return out
}

// holder reads the addresses off the discovery document's, which OpenID Connect
// Discovery section 4 has below the issuer.
func (f face) holder(org registry.Organisation, s registry.AuthorisationServer) holder {
	base := s.BaseURI
	if u, err := url.Parse(s.DiscoveryDocument); err == nil {
		base = cmp.Or(base, u.Scheme+"://"+u.Host)
	}
	entity := legalEntity{org.UUID, org.Name, noLogo, desk.CDRActive}
	if status := desk.BrandStatus(org); status == desk.CDRRemoved {
		entity.Status = status
	}
	return holder{
		ID: desk.ServerID(org, s), Name: cmp.Or(s.Name, org.Name), Industries: []string{holderIndustry}, Logo: noLogo,
		Entity: entity, Status: desk.BrandStatus(org),
		Endpoints:   endpointDetail{"v1", base, base, strings.TrimSuffix(s.DiscoveryDocument, "/.well-known/openid-configuration"), base},
		Auth:        []authDetail{{"SIGNED-JWT", f.JWKSURL(org.UUID, org.UUID)}},
		LastUpdated: org.Changed.Format(time.RFC3339),
	}
}
