// Package mockdirectory is a directory to test against: it enrols
// organisations and their software, issues certificates under a CA of its own,
// publishes JWK Sets and signs software statements. Its HTTP API is shaped
// after the UK Open Banking Directory; routes that the real one lacks are there
// to bring about what a test needs, such as a certificate that is wrong in one
// way or a statement with one malformation.
//
// State is in memory and ends with the server. There is no access control.
// Many directories can run in one process; they share nothing.
package mockdirectory
