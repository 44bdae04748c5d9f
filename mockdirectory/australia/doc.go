// Package australia is the directory as the register of Australia's Consumer Data Right speaks: lists of
// data recipients and holders, their states, and software statements (Consumer Data Standards 1.36.0,
// Register APIs). The real one has a host for what is public and one for mutual TLS; here they are one.
// Members enrol by the UK's API with the roles ADR and DH. What the real one lacks is marked as mock in
// the API's description.
package australia
