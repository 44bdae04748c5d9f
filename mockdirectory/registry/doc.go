// Package registry holds what is enrolled at the directory: organisations, their software, the keys
// that are published for them and the certificates that were issued. It holds everything in memory and
// saves each change before it can be seen, so that a restart finds all that was acknowledged.
package registry
