// Package rest is how the directory speaks HTTP: strict bodies and parameters, JSON refusals, and
// routes that know their class.
package rest
