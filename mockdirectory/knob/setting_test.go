package knob

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The order is part of the API, so it is spelt out here once more.
func TestDefinitions(t *testing.T) {
	t.Parallel()
	want := []string{
		"latency", "half-open", "drop", "outage", "redirect", "empty", "not-json", "json-bomb", "polluted-x5c", "wrong-use",
		"duplicate-kid", "missing-kid", "huge", "signed-set", "content-type", "slow-body", "truncate", "foreign-certificate", "clock", "ocsp", "crl",
	}
	got := []string{}
	p := newPanel(t, Options{Sign: sign})
	for _, d := range Definitions() {
		got = append(got, d.Name)
		require.NotEmpty(t, d.Summary, d.Name)
		require.NotEmpty(t, d.Value, d.Name)
		require.NotEmpty(t, d.Kind, d.Name)
		s, err := ParseSetting([]byte(d.Example))
		require.NoError(t, err, d.Name)
		require.Equal(t, d.Name, s.Knob)
		_, err = p.Set(s)
		require.NoError(t, err, d.Name)

		s, err = p.Set(Setting{Knob: d.Name})
		if d.Default == "" && d.Value != "none" {
			require.ErrorContains(t, err, "value: "+d.Name)
		} else {
			require.NoError(t, err, d.Name)
			require.Equal(t, d.Default, s.Value)
		}
		for _, c := range d.Choices {
			_, err = p.Set(Setting{Knob: d.Name, Value: c})
			require.NoError(t, err, c)
		}
		if d.Value == "none" {
			_, err = p.Set(Setting{Knob: d.Name, Value: "x"})
			require.ErrorContains(t, err, "expected no value")
		}
		for _, e := range d.Endpoints {
			require.Contains(t, endpoints, e)
		}
	}
	require.Equal(t, want, got)
	Definitions()[10].Choices[0] = "changed"
	require.Equal(t, "first", Definitions()[10].Choices[0])
}

// What comes before the answer is drawn before what changes it, as a plan relies
// on, and only knobs that rooms ask for do neither.
func TestTableOrder(t *testing.T) {
	t.Parallel()
	stage := func(k knob) int {
		switch {
		case k.before != nil:
			return 0
		case k.change != nil:
			return 1
		}
		require.Contains(t, []Kind{Handshake, Clock, Revocation}, k.Kind)
		return 2
	}
	require.True(t, slices.IsSortedFunc(table, func(a, b knob) int { return stage(a) - stage(b) }))
	for _, k := range table {
		require.False(t, k.terminal && k.before == nil)
		require.False(t, k.before != nil && k.change != nil)
	}
}

func TestParseSetting(t *testing.T) {
	t.Parallel()
	accepted := map[string]Setting{
		`{"knob":"drop"}`: {Knob: "drop"},
		`{ "knob":"latency","value":"2s","endpoint":"token","path":"/a/*","share":0.5,"times":3,"for":"2s" }`: {
			Knob: "latency", Value: "2s", Endpoint: "token", Path: "/a/*", Share: 0.5, Times: 3, For: 2 * time.Second},
		`{"knob":"ocsp","value":"good","serial":"0A:Ff","until":"2026-01-02T03:04:05+01:00"}`: {
			Knob: "ocsp", Value: "good", Serial: "0A:Ff", Until: time.Date(2026, 1, 2, 2, 4, 5, 0, time.UTC)},
		`{"knob":"clock","value":"-24h","share":1,"times":0}`: {Knob: "clock", Value: "-24h", Share: 1},
		`{"knob":"huge","value":"20000"}`:                     {Knob: "huge", Value: "20000"},
		`{"knob":"half-open","value":"60s"}`:                  {Knob: "half-open", Value: "60s"},
		`{"knob":"json-bomb","value":"1000000"}`:              {Knob: "json-bomb", Value: "1000000"},
	}
	for text, want := range accepted {
		got, err := ParseSetting([]byte(text))
		require.NoError(t, err, text)
		require.Equal(t, want, got)
	}
	refused := map[string]string{
		``:                                                          `body: expected a JSON object, got the end of the text`,
		`[]`:                                                        `body: expected a JSON object`,
		`null`:                                                      `body: expected a JSON object`,
		`{"knob":"drop"}{}`:                                         `body: expected one JSON object, got more after it`,
		`{"knob":"drop"`:                                            `body: expected a JSON object, got the end of the text`,
		`{"knob":"drop",}`:                                          `body: expected a JSON object: `,
		`{"knob":"` + "\xff" + `"}`:                                 `body: expected UTF-8`,
		`{}`:                                                        `knob: unknown knob "", expected one of latency, half-open,`,
		`{"knob":"latancy"}`:                                        `knob: unknown knob "latancy", did you mean "latency"?`,
		`{"knob":"Half_Open"}`:                                      `knob: unknown knob "Half_Open", did you mean "half-open"?`,
		`{"knob":"zzzzzzzzz"}`:                                      `knob: unknown knob "zzzzzzzzz", expected one of latency,`,
		`{"knob":"drop","tims":1}`:                                  `tims: unknown member, did you mean "times"?`,
		`{"knob":"drop","Times":1}`:                                 `Times: unknown member, did you mean "times"?`,
		`{"knob":"drop","q":1}`:                                     `q: unknown member, expected one of knob, value,`,
		`{"knob":"drop","knob":"drop"}`:                             `knob: the member is there twice`,
		`{"knob":"drop","id":"x"}`:                                  `id: expected none, as the directory fills it in`,
		`{"knob":"drop","hits":0}`:                                  `hits: expected none`,
		`{"knob":1}`:                                                `knob: expected a string, got 1`,
		`{"knob":null}`:                                             `knob: expected a string, got null`,
		`{"knob":"outage","value":503}`:                             `value: expected a string, got 503`,
		`{"knob":"outage","value":"200"}`:                           `value: outage: expected status, 400 to 599, got "200"`,
		`{"knob":"outage","value":"600"}`:                           `value: outage: expected status, 400 to 599, got "600"`,
		`{"knob":"outage","value":"+503"}`:                          `value: outage: expected status, 400 to 599, got "+503"`,
		`{"knob":"latency","value":"2"}`:                            `value: latency: expected duration, 1ms to 60s, got "2"`,
		`{"knob":"latency","value":"61s"}`:                          `value: latency: expected duration, 1ms to 60s, got "61s"`,
		`{"knob":"half-open","value":"61s"}`:                        `value: half-open: expected duration, 1ms to 60s, got "61s"`,
		`{"knob":"clock","value":"25h"}`:                            `value: clock: expected duration, -24h to 24h, got "25h"`,
		`{"knob":"huge","value":"20001"}`:                           `value: huge: expected count, 1 to 20000, got "20001"`,
		`{"knob":"json-bomb","value":"1000001"}`:                    `value: json-bomb: expected depth, 1 to 1000000, got "1000001"`,
		`{"knob":"truncate","value":"-1"}`:                          `value: truncate: expected half, or the number of bytes sent`,
		`{"knob":"drop","value":"x"}`:                               `value: drop: expected no value, got "x"`,
		`{"knob":"ocsp","value":"revokd"}`:                          `value: ocsp: expected status or fault, did you mean "revoked"?, got "revokd"`,
		`{"knob":"crl","value":"good"}`:                             `value: crl: expected fault`,
		`{"knob":"redirect"}`:                                       `value: redirect: expected absolute http or https URL`,
		`{"knob":"redirect","value":"/x"}`:                          `value: redirect: expected absolute http or https URL`,
		`{"knob":"redirect","value":"ftp://x"}`:                     `value: redirect: expected absolute http or https URL`,
		`{"knob":"content-type","value":"a\nb"}`:                    `value: content-type: expected text, 1 to 128 printable`,
		`{"knob":"wrong-use","value":"é"}`:                          `value: wrong-use: expected text, 1 to 128 printable`,
		`{"knob":"drop","path":"x"}`:                                `path: expected a path from / on`,
		`{"knob":"drop","path":"/a*b"}`:                             `path: expected a path from / on`,
		`{"knob":"drop","path":"/a?b"}`:                             `path: expected a path from / on`,
		`{"knob":"drop","serial":"1"}`:                              `serial: expected only with the ocsp knob, got "1" with drop`,
		`{"knob":"crl","serial":"1"}`:                               `serial: expected only with the ocsp knob, got "1" with crl`,
		`{"knob":"ocsp","serial":"xyz"}`:                            `serial: expected at most 40 hex digits, got "xyz"`,
		`{"knob":"drop","share":0}`:                                 `share: expected a number above 0 and at most 1, got 0`,
		`{"knob":"drop","share":-1}`:                                `share: expected a number above 0 and at most 1, got -1`,
		`{"knob":"drop","share":1.1}`:                               `share: expected a number above 0 and at most 1, got 1.1`,
		`{"knob":"drop","share":"1"}`:                               `share: expected a number above 0 and at most 1, got "1"`,
		`{"knob":"drop","share":1e400}`:                             `share: expected a number above 0 and at most 1, got 1e400`,
		`{"knob":"drop","times":-1}`:                                `times: expected 0 to 1000000, got -1`,
		`{"knob":"drop","times":1.5}`:                               `times: expected a whole number, got 1.5`,
		`{"knob":"drop","for":5}`:                                   `for: expected a duration above 0 such as "90s", got 5`,
		`{"knob":"drop","for":"-5s"}`:                               `for: expected a duration above 0 such as "90s", got "-5s"`,
		`{"knob":"drop","for":"721h"}`:                              `for: expected a duration above 0 and at most 720h0m0s`,
		`{"knob":"drop","until":"tomorrow"}`:                        `until: expected a time such as`,
		`{"knob":"clock","endpoint":"token"}`:                       `endpoint: expected none, as the directory has one clock`,
		`{"knob":"clock","times":1}`:                                `times: expected none, as the directory has one clock`,
		`{"knob":"clock","share":0.5}`:                              `share: expected none, as the directory has one clock`,
		`{"knob":"clock","path":"/x"}`:                              `path: expected none, as the directory has one clock`,
		`{"knob":"huge","endpoint":"tokens"}`:                       `endpoint: huge does not act at "tokens", expected one of directory-jwks,`,
		`{"knob":"huge","endpoint":"software-jwk"}`:                 `endpoint: huge does not act at "software-jwk", did you mean "software-jwks"?`,
		`{"knob":"drop","for":"1s","until":"2030-01-01T00:00:00Z"}`: `until: expected either for or until, got both`,
		strings.Repeat(`{"knob":`, 20000) + `1` + strings.Repeat("}", 20000):      `body: expected a JSON object`,
		`{"` + strings.Repeat("a", 9000) + `":1}`:                                 `unknown member`,
		`{"knob":"latency","value":"` + strings.Repeat("a", 9000) + `"}`:          `…`,
		`{"knob":"redirect","value":"https://` + strings.Repeat("a", 3000) + `"}`: `at most 2048 bytes`,
	}
	for text, want := range refused {
		_, err := ParseSetting([]byte(text))
		require.ErrorContains(t, err, want, "%.100s", text)
		require.Less(t, len(err.Error()), 500)
	}
}

func TestSetRefusals(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	p := newPanel(t, Options{Now: func() time.Time { return now }})
	for want, s := range map[string]Setting{
		`endpoint: unknown endpoint "tokn", did you mean "token"?`:     {Knob: "drop", Endpoint: "tokn"},
		`knob: signed-set: this directory has no key`:                  {Knob: "signed-set"},
		`share: expected a number above 0 and at most 1, got NaN`:      {Knob: "drop", Share: math.NaN()},
		`until: expected a time after 2026-01-01T00:00:00Z`:            {Knob: "drop", Until: now},
		`at most 720h0m0s later, got 2027-01-01T00:00:00Z`:             {Knob: "drop", Until: now.AddDate(1, 0, 0)},
		`for: expected a duration above 0 and at most 720h0m0s, got -`: {Knob: "drop", For: -1},
	} {
		_, err := p.Set(s)
		require.ErrorContains(t, err, want)
	}
	require.Empty(t, p.List())
	got, err := p.Set(Setting{ID: "mine", Knob: "drop", Endpoint: "token", Until: now.Add(time.Hour), Hits: 9})
	require.NoError(t, err)
	require.Equal(t, Setting{ID: "knob-1", Knob: "drop", Endpoint: "token", Share: 1, Until: now.Add(time.Hour), Created: now}, got)
	got, err = p.Set(Setting{Knob: "ocsp", Serial: "00:0A:FF", For: time.Minute})
	require.NoError(t, err)
	require.Equal(t, Setting{ID: "knob-2", Knob: "ocsp", Value: "revoked", Serial: "aff", Share: 1, Until: now.Add(time.Minute), Created: now}, got)

	empty := New(Options{})
	_, err = empty.Set(Setting{Knob: "drop", Endpoint: "token"})
	require.ErrorContains(t, err, `endpoint: unknown endpoint "token", expected none`)
}

// Whatever is accepted survives being written and read again and can be set or
// not without harm; whatever is not has an error that names something.
func FuzzParseSetting(f *testing.F) {
	for _, d := range Definitions() {
		f.Add([]byte(d.Example))
	}
	for _, seed := range []string{`{}`, `{"knob":"drop","until":"2026-12-31T23:59:59-23:59"}`, `{"knob":"drop","share":1e-300,"times":1}`, `{"knob":"ocsp","serial":"::"}`, `{"knob":"drop","path":"/\ud800*"}`} {
		f.Add([]byte(seed))
	}
	now := time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)
	p := New(Options{Now: func() time.Time { return now }, Endpoints: endpoints})
	f.Cleanup(p.Close)
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ParseSetting(data)
		if err != nil {
			require.Contains(t, err.Error(), ": ")
			require.Less(t, len(err.Error()), 1000)
			return
		}
		for _, again := range []func(Setting) Setting{
			func(s Setting) Setting { return s },
			func(s Setting) Setting {
				p.Clear()
				held, err := p.Set(s)
				if err != nil {
					return s
				}
				require.NotEmpty(t, held.ID)
				require.Equal(t, []Setting{held}, p.List())
				return held
			},
		} {
			want := again(s)
			text, err := json.Marshal(want)
			require.NoError(t, err)
			var got Setting
			require.NoError(t, json.Unmarshal(text, &got), "%s", text)
			require.Equal(t, want, got)
		}
	})
}

func FuzzKeySet(f *testing.F) {
	for _, a := range answers {
		f.Add([]byte(a.body))
	}
	f.Add([]byte(`{"a":[1], "keys" : [ {"kid":"a","kid":"b","x5c":["<"]} , [] ] , "keys":[]}`))
	p := New(Options{Sign: sign})
	f.Cleanup(p.Close)
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, k := range table {
			if k.change == nil || k.Name == "json-bomb" {
				continue
			}
			value := k.Default
			if k.Name == "huge" {
				value = "2"
			}
			v, ok := k.parse(value)
			require.True(t, ok)
			a := &answer{panel: p, status: 200, header: map[string][]string{}, body: newBody(slices.Clone(data)), sendAll: true}
			applied := k.change(a, v)
			if !applied {
				require.Equal(t, string(data), string(a.body.bytes()), k.Name)
			}
			if applied && k.Kind == KeySet && k.Name != "signed-set" {
				require.True(t, json.Valid(a.body.bytes()), "%s: %s", k.Name, a.body.bytes())
			}
			require.Len(t, a.body.bytes(), a.body.size, fmt.Sprint(k.Name))
		}
	})
}
