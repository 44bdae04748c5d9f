package facetest

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3filter"
	"go.uber.org/goleak"

	"github.com/dcrkit/dcrkit/fixtures/pki"
)

// Keys serves every test of a package. It is closed by Main.
var Keys = pki.NewKeyPool(4)

// Main is the TestMain of a package. It looks for leaks once Keys is closed.
// Bodies of the media types are text to Contract, which knows the common ones
// of JSON by itself.
func Main(m *testing.M, text ...string) {
	for _, media := range text {
		openapi3filter.RegisterBodyDecoder(media, openapi3filter.PlainBodyDecoder)
	}
	goleak.VerifyTestMain(closingKeys{m})
}

type closingKeys struct{ m *testing.M }

// Run is what goleak calls.
func (c closingKeys) Run() int {
	defer Keys.Close()
	return c.m.Run()
}
