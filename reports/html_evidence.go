package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"strings"
)

// The page shows evidence to people and stays small enough to mail; report.json
// has it all.
const (
	// bodyShown is how many bytes of a body the page shows.
	bodyShown = 4096
	// evidenceBudget is how many bytes of evidence the page holds. Checks that did
	// not pass come first and always have theirs; the rest is for those that passed.
	evidenceBudget = 3 << 20
	// tokenShown is how much of a long compact token stands in a body or a claim,
	// since its decoded form follows.
	tokenShown = 24
)

type checkView struct {
	Check
	Anchor, Area string
	Exchanges    []exchangeView
	// Elsewhere is true when the evidence is only in report.json.
	Elsewhere bool
}

// Href links to the check. The alphabet of an anchor needs no escape, and the
// template would write its slashes as %2f.
func (c checkView) Href() template.URL { return template.URL("#" + c.Anchor) }

type exchangeView struct {
	Number                                int
	Label, Method, URL, Outcome, Duration string
	Open                                  bool
	Request, Response, Failure            string
	TLS, Timing                           string
	Tokens                                []tokenView
}

type tokenView struct {
	Where, Signature, Text string
	// SameAs is the number of the exchange of this check that shows the same token.
	SameAs int
}

func checkViews(checks []Check) []checkView {
	fragment := anchors(checks)
	out := make([]checkView, len(checks))
	left := evidenceBudget
	for _, passed := range []bool{false, true} {
		for i, c := range checks {
			if (c.Verdict == Passed || c.Verdict == Skipped) != passed {
				continue
			}
			view := checkView{Check: c, Anchor: fragment[i], Area: areaOf(c)}
			if passed && left < 0 {
				view.Elsewhere = len(c.Exchanges) > 0
			} else {
				view.Exchanges = exchangeViews(c)
				left -= size(view.Exchanges)
			}
			out[i] = view
		}
	}
	return out
}

func exchangeViews(c Check) []exchangeView {
	shown := map[string]int{}
	var out []exchangeView
	for i, e := range c.Exchanges {
		v := exchangeView{
			Number: i + 1, Label: e.Label, Method: e.Request.Method, URL: e.Request.URL, Outcome: outcome(e), Duration: e.Duration.String(),
			Open:    c.Verdict != Passed && e.Label != "twin",
			Request: messageText(e.Request, len(e.Tokens) > 0), Failure: e.Failure,
			TLS: tlsLine(e.TLS), Timing: timingLine(e.Timing),
		}
		if e.Response != nil {
			v.Response = messageText(*e.Response, len(e.Tokens) > 0)
		}
		for _, token := range e.Tokens {
			t := tokenView{Where: token.Where, Signature: token.Signature, Text: tokenText(token)}
			if first := shown[t.Text]; first > 0 {
				t.SameAs, t.Text = first, ""
			} else {
				shown[t.Text] = i + 1
			}
			v.Tokens = append(v.Tokens, t)
		}
		out = append(out, v)
	}
	return out
}

func size(exchanges []exchangeView) int {
	n := 0
	for _, e := range exchanges {
		n += len(e.Request) + len(e.Response) + len(e.TLS) + len(e.URL)
		for _, t := range e.Tokens {
			n += len(t.Text)
		}
	}
	return n
}

// messageText renders a message as it looks on the wire.
func messageText(m Message, decoded bool) string {
	var b strings.Builder
	if m.Status != 0 {
		fmt.Fprintf(&b, "HTTP %d\n", m.Status)
	} else {
		fmt.Fprintf(&b, "%s %s\n", m.Method, m.URL)
	}
	for _, h := range m.Headers {
		fmt.Fprintf(&b, "%s: %s\n", h[0], h[1])
	}
	body := m.Body
	if decoded {
		body = abbreviate(body)
	}
	body, cut := clip(body, bodyShown)
	if body != "" {
		b.WriteString("\n" + body)
	}
	if cut > 0 {
		fmt.Fprintf(&b, "\n(%d more bytes in %s)", cut, JSONFile)
	}
	if m.Truncated > 0 {
		fmt.Fprintf(&b, "\n(%d more bytes were not recorded)", m.Truncated)
	}
	return strings.TrimRight(b.String(), "\n")
}

// abbreviate shortens the compact tokens in s, because they are also shown decoded.
func abbreviate(s string) string {
	return eachCompact(s, func(_ compact, raw string) string {
		if len(raw) <= 2*tokenShown {
			return raw
		}
		return fmt.Sprintf("%s…(%d more characters, decoded below)", raw[:tokenShown], len(raw)-tokenShown)
	})
}

func tokenText(t Token) string {
	return abbreviate(indentJSON(t.Header) + "\n.\n" + indentJSON(t.Claims))
}

func indentJSON(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Indent(&b, raw, "", " ") != nil {
		return string(raw)
	}
	return b.String()
}

func tlsLine(t *TLS) string {
	if t == nil {
		return ""
	}
	var parts []string
	add := func(label, value string) {
		if value != "" {
			parts = append(parts, strings.TrimSpace(label+" "+value))
		}
	}
	add("", t.Version)
	add("", t.CipherSuite)
	if t.Resumed {
		add("", "session resumed")
	}
	add("server", t.ServerSubject)
	add("issued by", t.ServerIssuer)
	add("client", t.ClientSubject)
	add("issued by", t.ClientIssuer)
	add("serial", t.ClientSerial)
	return strings.Join(parts, " · ")
}

func timingLine(t Timing) string {
	var parts []string
	for _, phase := range []struct {
		name string
		d    Duration
	}{{"DNS", t.DNS}, {"connect", t.Connect}, {"TLS", t.TLS}, {"first byte", t.FirstByte}, {"total", t.Total}} {
		if phase.d > 0 {
			parts = append(parts, phase.name+" "+phase.d.String())
		}
	}
	return strings.Join(parts, " · ")
}
