package mockdirectory

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/malformation"
	"github.com/dcrkit/dcrkit/fixtures/statement"
)

// assertion answers with the software statement assertion, signed now, or with
// one that has the malformation asked for. It is in the compact serialisation.
// The parameter kid picks one of the published keys to sign with. While the
// software or its organisation is not active the answer is 403.
func (d *directory) assertion(w http.ResponseWriter, r *http.Request) error {
	query, err := readParameters(r, "malformation", "canary", "kid")
	if err != nil {
		return err
	}
	st, err := d.statement(r.PathValue("org"), r.PathValue("software"))
	if err != nil {
		return err
	}
	signer, err := d.signing.signer(query["kid"])
	if err != nil {
		return err
	}
	var token string
	if name, malformed := query["malformation"]; malformed {
		token, err = d.malform(r.Context(), st, signer, malformationQuery{name, query["canary"]})
	} else {
		token, err = st.Draft(signer.key).Seal()
	}
	if err != nil {
		return err
	}
	return writeBytes(w, http.StatusOK, "application/jws+json", []byte(token))
}

// statement says what the directory knows of a software that may act. The jti
// and the time of issue are new each time, so no two statements are alike.
func (d *directory) statement(orgID, id string) (statement.Statement, error) {
	soft, org, err := d.registry.softwareOf(orgID, id)
	if err != nil {
		return statement.Statement{}, err
	}
	if org.Status != active {
		return statement.Statement{}, forbidden("organisation %s is %s", org.ID, org.Status)
	}
	if soft.Status != active {
		return statement.Statement{}, forbidden("software %s is %s", soft.ID, soft.Status)
	}
	return statement.Statement{
		Issuer:       d.issuer,
		ID:           newStatementID(),
		IssuedAt:     d.now(),
		Software:     soft.claims(d.base, org.ID),
		Organisation: org.claims(d.base),
	}, nil
}

// malformationQuery names a malformation and the host that some of them lead to.
type malformationQuery struct{ name, canary string }

// malform makes the statement with one malformation. What the directory itself
// gets wrong is signed anew. Tampering starts from a finished statement, whose
// signature must no longer fit, and has no use of the directory's private key.
// A name that is unknown or not about statements is 400, one for which the
// directory lacks the means 409.
func (d *directory) malform(ctx context.Context, st statement.Statement, signer *signingKey, q malformationQuery) (string, error) {
	name := q.name
	m, err := malformation.ByName(name)
	if err != nil {
		return "", invalid("malformation", "%v", err)
	}
	draft := st.Draft(signer.key)
	if !m.OfStatement() {
		return "", invalid("malformation", "%v", m.ApplyToStatement(draft, malformation.Context{}))
	}
	using := d.malformationContext(ctx, st, signer)
	using.Canary = q.canary
	if m.Part == malformation.Tampering {
		using.Key = jose.Key{}
		if draft, err = thawed(draft); err != nil {
			return "", fmt.Errorf("malformation %s: %w", name, err)
		}
	}
	err = m.ApplyToStatement(draft, using)
	if errors.Is(err, malformation.ErrUnavailable) {
		return "", conflict("malformation: the directory cannot make %s: %v", name, err)
	}
	if err != nil {
		return "", fmt.Errorf("malformation %s: %w", name, err)
	}
	token, err := draft.Seal()
	if err != nil && m.Part == malformation.Tampering {
		return "", conflict("malformation: the directory cannot make %s without the client's key: %v", name, err)
	}
	return token, err
}

// malformationContext offers what a directory has: keys of TPPs are not among
// it, and a canary host is named by who asks.
func (d *directory) malformationContext(ctx context.Context, st statement.Statement, signer *signingKey) malformation.Context {
	return malformation.Context{
		Now: st.IssuedAt,
		Key: signer.key,
		Keys: func(name malformation.KeyName) (jose.Key, error) {
			if name != malformation.RogueKey {
				return jose.Key{}, fmt.Errorf("the key %s: %w", name, malformation.ErrUnavailable)
			}
			return signer.impostor(ctx, d.signing.keys)
		},
		DirectoryKey: func() (jose.PublicKey, error) { return signer.public, nil },
	}
}

// thawed signs the draft and opens the token again for tampering.
func thawed(draft *jose.Draft) (*jose.Draft, error) {
	token, err := draft.Seal()
	if err != nil {
		return nil, err
	}
	return jose.Thaw(token)
}
