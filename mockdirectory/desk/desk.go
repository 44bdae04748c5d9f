package desk

import (
	"time"

	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/trust"
)

// Desk is safe for concurrent use.
type Desk struct {
	Base     string // URL of the directory, without a slash at its end
	Issuer   string // iss of the UK's software statements
	Now      func() time.Time
	Registry *registry.Registry
	Trust    *trust.Trust
}

// JWKSURL is where the keys of an owner are published: the software, or the
// organisation's own when owner is its id once more.
func (d *Desk) JWKSURL(org, owner string) string { return d.Base + "/" + org + "/" + owner + ".jwks" }

// RevokedURL is where the revoked keys of an owner are published.
func (d *Desk) RevokedURL(org, owner string) string {
	return d.Base + "/" + org + "/revoked/" + owner + ".jwks"
}

func (d *Desk) pemURL(org, owner, kid string) string {
	return d.Base + "/" + org + "/" + owner + "/" + kid + ".pem"
}
