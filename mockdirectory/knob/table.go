package knob

import "time"

// keySets are the endpoint classes that answer with JWK Sets. What is behind oidc
// partly does: where the body is no key set, a knob of this kind leaves it alone.
var keySets = []string{"directory-jwks", "software-jwks", "revoked-jwks", "oidc"}

var (
	places   = []string{"first", "last"}
	statuses = []string{"good", "revoked", "unknown", "stale", "try-later", "unauthorized", "malformed", "wrong-signer"}
	lists    = []string{"stale", "missing-revoked", "wrong-signer", "malformed"}
)

// table holds the knobs in the order of Definitions. It is never changed.
var table = newTable()

func newTable() []knob {
	hold := durations(time.Millisecond, maxHold)
	return []knob{
		{parse: hold, before: (*exchange).delay, Definition: Definition{
			Name: "latency", Kind: Connection, Value: "duration, 1ms to 60s", Default: "1s",
			Summary: "waits before the answer",
			Example: `{"knob":"latency","value":"2s","endpoint":"directory-jwks","times":3}`,
		}},
		{parse: hold, before: (*exchange).silence, terminal: true, Definition: Definition{
			Name: "half-open", Kind: Connection, Value: "duration, 1ms to 60s", Default: "30s",
			Summary: "takes the request, says nothing for the duration and closes the connection",
			Example: `{"knob":"half-open","value":"20s","endpoint":"software-jwks"}`,
		}},
		{parse: noValue, before: (*exchange).hangUp, terminal: true, Definition: Definition{
			Name: "drop", Kind: Connection, Value: "none",
			Summary: "closes the connection without an answer",
			Example: `{"knob":"drop","endpoint":"directory-jwks","share":0.5}`,
		}},
		{parse: numbers(400, 599), before: (*exchange).outage, terminal: true, Definition: Definition{
			Name: "outage", Kind: Answer, Value: "status, 400 to 599", Default: "503",
			Summary: "answers with an error; the endpoint does nothing",
			Example: `{"knob":"outage","value":"503","endpoint":"software-jwks","for":"5m"}`,
		}},
		{parse: absoluteURL, before: (*exchange).redirect, terminal: true, Definition: Definition{
			Name: "redirect", Kind: Answer, Value: "absolute http or https URL, at most 2048 bytes",
			Summary: "answers 302 to the URL; one without a path gets the path and query of the request",
			Example: `{"knob":"redirect","value":"https://elsewhere.example","endpoint":"revoked-jwks"}`,
		}},
		{parse: noValue, change: (*answer).empty, Definition: Definition{
			Name: "empty", Kind: Answer, Value: "none",
			Summary: "leaves nothing in the answer: no keys in a key set, no entries in a list, else no body",
			Example: `{"knob":"empty","endpoint":"software-jwks"}`,
		}},
		{parse: noValue, change: (*answer).notJSON, Definition: Definition{
			Name: "not-json", Kind: Answer, Value: "none",
			Summary: "puts an HTML page under the media type of the true answer",
			Example: `{"knob":"not-json","endpoint":"directory-jwks","times":1}`,
		}},
		{parse: numbers(1, maxDepth), change: (*answer).bomb, Definition: Definition{
			Name: "json-bomb", Kind: Answer, Value: "depth, 1 to 1000000", Default: "100000",
			Summary: "answers with arrays nested that deep",
			Example: `{"knob":"json-bomb","value":"100000","endpoint":"software-jwks"}`,
		}},
		{parse: noValue, change: (*answer).polluteX5C, Definition: Definition{
			Name: "polluted-x5c", Kind: KeySet, Value: "none", Endpoints: keySets,
			Summary: `appends "-----END CERTIFICATE-----" to every x5c value, as a directory really did`,
			Example: `{"knob":"polluted-x5c","endpoint":"software-jwks"}`,
		}},
		{parse: printable, change: (*answer).wrongUse, Definition: Definition{
			Name: "wrong-use", Kind: KeySet, Value: "text, 1 to 128 printable ASCII characters", Default: "enc", Endpoints: keySets,
			Summary: "gives every key another use",
			Example: `{"knob":"wrong-use","value":"enc","endpoint":"directory-jwks"}`,
		}},
		{parse: choice(places), change: (*answer).duplicateKid, Definition: Definition{
			Name: "duplicate-kid", Kind: KeySet, Value: "first or last", Choices: places, Default: "first", Endpoints: keySets,
			Summary: "adds a decoy of another modulus under each kid, before the true keys or after them",
			Example: `{"knob":"duplicate-kid","value":"first","endpoint":"software-jwks"}`,
		}},
		{parse: noValue, change: (*answer).missingKid, Definition: Definition{
			Name: "missing-kid", Kind: KeySet, Value: "none", Endpoints: keySets,
			Summary: "takes the kid from every key",
			Example: `{"knob":"missing-kid","endpoint":"directory-jwks"}`,
		}},
		{parse: numbers(1, maxDecoys), change: (*answer).huge, Definition: Definition{
			Name: "huge", Kind: KeySet, Value: "count, 1 to 20000", Default: "10000", Endpoints: keySets,
			Summary: "puts that many decoy keys before the true ones",
			Example: `{"knob":"huge","value":"10000","endpoint":"directory-jwks"}`,
		}},
		{parse: noValue, change: (*answer).signedSet, Definition: Definition{
			Name: "signed-set", Kind: KeySet, Value: "none", Endpoints: keySets,
			Summary: "answers with the key set as a JWT, application/jwk-set+jwt",
			Example: `{"knob":"signed-set","endpoint":"directory-jwks"}`,
		}},
		{parse: printable, change: (*answer).contentType, Definition: Definition{
			Name: "content-type", Kind: Answer, Value: "text, 1 to 128 printable ASCII characters", Default: "text/plain",
			Summary: "answers under another media type",
			Example: `{"knob":"content-type","value":"text/html; charset=utf-8","endpoint":"directory-jwks"}`,
		}},
		{parse: hold, change: (*answer).trickle, Definition: Definition{
			Name: "slow-body", Kind: Connection, Value: "duration, 1ms to 60s", Default: "10s",
			Summary: "sends the head of the answer at once, and its body little by little over the duration",
			Example: `{"knob":"slow-body","value":"10s","endpoint":"directory-jwks"}`,
		}},
		{parse: bytesKept, change: (*answer).truncate, Definition: Definition{
			Name: "truncate", Kind: Connection, Value: "half, or the number of bytes sent, 0 to 1048576", Default: "half",
			Summary: "announces the whole body and closes the connection before its end",
			Example: `{"knob":"truncate","endpoint":"software-jwks","times":2}`,
		}},
		{parse: noValue, Definition: Definition{
			Name: "foreign-certificate", Kind: Handshake, Value: "none", Endpoints: []string{"tls"},
			Summary: "shows new connections a TLS certificate of another authority; idle ones are closed",
			Example: `{"knob":"foreign-certificate","for":"30s"}`,
		}},
		{parse: durations(-maxOffset, maxOffset), Definition: Definition{
			Name: "clock", Kind: Clock, Value: "duration, -24h to 24h", Default: "1h",
			Summary: "sets the directory's clock that much ahead, or back",
			Example: `{"knob":"clock","value":"-10m"}`,
		}},
		{parse: choice(statuses), Definition: Definition{
			Name: "ocsp", Kind: Revocation, Value: "status or fault", Choices: statuses, Default: "revoked", Endpoints: []string{"ocsp"},
			Summary: "makes the OCSP responder say this, for all certificates or the one of that serial",
			Example: `{"knob":"ocsp","value":"revoked","serial":"5f2a90c1"}`,
		}},
		{parse: choice(lists), Definition: Definition{
			Name: "crl", Kind: Revocation, Value: "fault", Choices: lists, Default: "stale", Endpoints: []string{"crl"},
			Summary: "makes the CRL old, without entries, signed by another key, or no CRL at all",
			Example: `{"knob":"crl","value":"stale"}`,
		}},
	}
}
