// Package facetest is what the tests of the directory's APIs share: a directory in memory, calls
// to an API without a network, and the comparison of an API with its OpenAPI description.
// Nothing but tests imports it.
package facetest
