// Package uk is the directory as Open Banking UK's speaks: its directory API, its key store, its token
// endpoint and its SCIM lists. What the real one lacks is marked as mock in the API's description.
//
// The table of routes (routes.go) says of each operation what its caller needs and what its body is; the
// description (openapi.yaml) says the same to people, and a test holds the two together. Of SCIM there is
// what banks and third parties use: lists with pages, filters of eq, and, or and brackets, and the choice
// of attributes. Nothing is written by SCIM.
package uk
