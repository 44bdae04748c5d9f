// Package access decides who may do what at the UK directory's API: its token endpoint hands out access
// tokens that are bound to a client certificate, and its Guard holds every call to the token it brings.
package access
