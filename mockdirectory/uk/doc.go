// Package uk is the directory as Open Banking UK's speaks: its directory API, its key store, its token
// endpoint and its SCIM lists. What the real one lacks is marked as mock in the API's description.
package uk
