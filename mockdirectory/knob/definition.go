package knob

import "slices"

// Kind says what part of the directory a knob acts on.
type Kind string

// The kinds. Settings of a Clock have no scope, because a directory has one
// clock; Handshake, Clock and Revocation act where a room asks, and the others in
// Wrap.
const (
	Connection Kind = "connection"
	Answer     Kind = "answer"
	KeySet     Kind = "key-set"
	Handshake  Kind = "handshake"
	Clock      Kind = "clock"
	Revocation Kind = "revocation"
)

// Definition documents a knob.
type Definition struct {
	Name    string `json:"name"`
	Summary string `json:"summary"`
	// Value is the syntax of a setting's value; Choices lists a closed one.
	Value   string   `json:"value"`
	Choices []string `json:"choices,omitempty"`
	// Default stands for an empty value. Without a default the value is required,
	// unless the syntax is "none".
	Default string `json:"default,omitempty"`
	// Endpoints are the classes the knob acts at; empty means all. A knob of kind
	// Clock has none.
	Endpoints []string `json:"endpoints,omitempty"`
	// Example is a setting that can be sent as it is.
	Example string `json:"example"`
	Kind    Kind   `json:"kind"`
}

// acts tells whether the knob can act at an endpoint.
func (d *Definition) acts(endpoint string) bool {
	return len(d.Endpoints) == 0 || slices.Contains(d.Endpoints, endpoint)
}

// Definitions returns every knob in the order in which they act on a request:
// first what comes before the answer, then what replaces its body, what changes
// a key set, and last how the answer is sent. Those that rooms ask for follow.
// The order is part of the API: a later knob sees what an earlier one has made.
func Definitions() []Definition {
	all := make([]Definition, len(table))
	for i := range table {
		all[i] = table[i].Definition
		all[i].Choices = slices.Clone(all[i].Choices)
		all[i].Endpoints = slices.Clone(all[i].Endpoints)
	}
	return all
}

// knob is a definition with what it does. One that rooms ask for has neither
// before nor change.
type knob struct {
	Definition
	parse func(string) (amount, bool)
	// before acts instead of the endpoint, or ahead of it. It reports whether the
	// request ends there; the endpoint is not called then.
	before func(*exchange, amount) (ended bool)
	// terminal is set where before always ends the request, so that no later knob
	// is drawn for it.
	terminal bool
	// change acts on the endpoint's answer. It reports whether it could: if not it
	// has left the answer alone, and the setting has no hit.
	change func(*answer, amount) (applied bool)
}

// find returns the place of a knob in the table, or -1.
func find(name string) int {
	return slices.IndexFunc(table, func(k knob) bool { return k.Name == name })
}

// knobNames lists the names in the order of the table.
func knobNames() []string {
	names := make([]string, len(table))
	for i := range table {
		names[i] = table[i].Name
	}
	return names
}
