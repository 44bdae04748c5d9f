package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf16"
)

// command is a request to the directory that can be written for a terminal. All commands of the
// page are made here.
type command struct {
	method     string // GET when empty
	path       string // escaped
	query      url.Values
	header     string // one more of the request
	media      string // of the body
	body       string
	file       string // name of a file that is the body
	before     string // a command that makes the file
	management bool   // it goes to the management port
}

// jsonCommand has a JSON body. Marshalling a body of ours has no way to go wrong.
func jsonCommand(method, path string, body any) command {
	return command{method: method, path: path, media: "application/json", body: jsonText(body)}
}

// jsonText writes JSON that can be read and pasted: with the letters people use, and with escapes
// for what a terminal would act on or not show.
func jsonText(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v)
	var out strings.Builder
	for _, c := range strings.TrimSpace(b.String()) {
		switch {
		case unicode.IsPrint(c):
			out.WriteRune(c)
		case c > 0xFFFF:
			high, low := utf16.EncodeRune(c)
			fmt.Fprintf(&out, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&out, `\u%04x`, c)
		}
	}
	return out.String()
}

// curl writes the command. The public side is trusted by the directory's own root, and so is the
// management port where it speaks HTTPS; that is where the visitor is now.
func (s *site) curl(r *http.Request, c command) string {
	words := []string{"curl"}
	base, secure, needed := s.Desk.Base, true, false
	if c.management || s.APIToken {
		base, secure, needed = origin(r), r.TLS != nil, s.ManagementToken
	}
	if secure {
		words = append(words, "--cacert directory-ca.pem")
	}
	if needed {
		words = append(words, `-H "Authorization: Bearer $MANAGEMENT_TOKEN"`)
	}
	if c.method != "" && c.method != http.MethodGet {
		words = append(words, "-X "+c.method)
	}
	if c.header != "" {
		words = append(words, "-H "+quoted(c.header))
	}
	if c.media != "" {
		words = append(words, "-H "+quoted("Content-Type: "+c.media))
	}
	switch {
	case c.file != "":
		words = append(words, "--data-binary @"+c.file)
	case c.body != "":
		words = append(words, "--data-raw "+quoted(c.body)) // takes no @ for a file
	}
	address := base + c.path
	if len(c.query) > 0 {
		address += "?" + c.query.Encode()
	}
	line := strings.Join(append(words, quoted(address)), " ")
	if c.before != "" {
		return c.before + "\n" + line
	}
	return line
}

// read is a command of a page's list.
func (s *site) read(r *http.Request, text, path string) shown {
	return shown{text, s.curl(r, command{path: path})}
}

// origin is where the visitor's browser found this page.
func origin(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// quoted is a word of a POSIX shell that stands for exactly this text.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
