package desk

import (
	"context"
	"errors"
	"fmt"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/malformation"
	"github.com/dcrkit/dcrkit/fixtures/statement"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/trust"
)

// AssertionQuery says how a software statement is to differ from the plain one.
type AssertionQuery struct {
	Malformation *string // by name; nil for none
	Canary       string  // base URL to which some malformations lead
	KeyID        string  // one of the directory's keys; the one that signs now when empty
}

// Assertion returns the UK's software statement assertion, signed now, or one
// that has the malformation asked for. It is in the compact serialisation.
// While the software or its organisation is not active it is forbidden.
func (d *Desk) Assertion(ctx context.Context, orgID, id string, q AssertionQuery) (string, error) {
	st, err := d.statement(orgID, id)
	if err != nil {
		return "", err
	}
	signer, err := d.Trust.Signing().Signer(q.KeyID)
	if err != nil {
		return "", err
	}
	if q.Malformation == nil {
		return st.Draft(signer.Key).Seal()
	}
	return malform(ctx, st, signer, q)
}

// SignPayload signs any payload with the key that signs statements: a JWK Set,
// say, for servers that are to take it as a JWT.
func (d *Desk) SignPayload(payload []byte) (string, error) {
	signer, err := d.Trust.Signing().Signer("")
	if err != nil {
		return "", err
	}
	claims, err := jose.ParseObject(payload)
	if err != nil {
		return "", err
	}
	return jose.NewDraft(signer.Key, claims).Seal()
}

// malform makes the statement with one malformation. What the directory itself
// gets wrong is signed anew. Tampering starts from a finished statement, whose
// signature must no longer fit, and has no use of the directory's private key.
// A name that is unknown or not about statements is 400, one for which the
// directory lacks the means 409.
func malform(ctx context.Context, st statement.Statement, signer *trust.SigningKey, q AssertionQuery) (string, error) {
	name := *q.Malformation
	m, err := malformation.ByName(name)
	if err != nil {
		return "", problem.Invalid("malformation", "%v", err)
	}
	draft := st.Draft(signer.Key)
	if !m.OfStatement() {
		return "", problem.Invalid("malformation", "%v", m.ApplyToStatement(draft, malformation.Context{}))
	}
	using := malformationContext(ctx, st, signer)
	using.Canary = q.Canary
	if m.Part == malformation.Tampering {
		using.Key = jose.Key{}
		if draft, err = thawed(draft); err != nil {
			return "", fmt.Errorf("malformation %s: %w", name, err)
		}
	}
	err = m.ApplyToStatement(draft, using)
	if errors.Is(err, malformation.ErrUnavailable) {
		return "", problem.Conflict("malformation: the directory cannot make %s: %v", name, err)
	}
	if err != nil {
		return "", fmt.Errorf("malformation %s: %w", name, err)
	}
	token, err := draft.Seal()
	if err != nil && m.Part == malformation.Tampering {
		return "", problem.Conflict("malformation: the directory cannot make %s without the client's key: %v", name, err)
	}
	return token, err
}

// malformationContext offers what a directory has: keys of TPPs are not among
// it, and a canary host is named by who asks.
func malformationContext(ctx context.Context, st statement.Statement, signer *trust.SigningKey) malformation.Context {
	return malformation.Context{
		Now: st.IssuedAt,
		Key: signer.Key,
		Keys: func(name malformation.KeyName) (jose.Key, error) {
			if name != malformation.RogueKey {
				return jose.Key{}, fmt.Errorf("the key %s: %w", name, malformation.ErrUnavailable)
			}
			return signer.Impostor(ctx)
		},
		DirectoryKey: func() (jose.PublicKey, error) { return signer.Public, nil },
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
