package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
)

//go:embed html/*.gohtml
var sources embed.FS

//go:embed static
var assets embed.FS

// templates has one set for each kind of page: the layout and the parts with the page's own main.
var templates = parse("overview", "organisations", "organisation", "software", "statement", "issued", "knobs", "fetches", "refusal")

// parse panics on a template that cannot be read: a mistake of ours that no start should survive.
func parse(names ...string) map[string]*template.Template {
	functions := template.FuncMap{"plain": plainly, "date": date, "clock": clock, "took": took, "plural": plural}
	shared := template.Must(template.New("").Funcs(functions).ParseFS(sources, "html/layout.gohtml", "html/parts.gohtml"))
	out := map[string]*template.Template{}
	for _, name := range names {
		out[name] = template.Must(template.Must(shared.Clone()).ParseFS(sources, "html/"+name+".gohtml"))
	}
	return out
}

// plainly writes as escapes what would make a name read differently from what it is: control and
// format characters, among them the overrides that turn a line around. Members choose their names.
func plainly(text string) string {
	if !strings.ContainsFunc(text, hidden) {
		return text
	}
	var out strings.Builder
	for _, c := range text {
		if hidden(c) {
			fmt.Fprintf(&out, `\u%04x`, c)
		} else {
			out.WriteRune(c)
		}
	}
	return out.String()
}

// hidden spares line ends and tabs, which certificates in PEM have.
func hidden(c rune) bool {
	return !strings.ContainsRune("\n\r\t", c) && (unicode.IsControl(c) || unicode.Is(unicode.Cf, c))
}

// date and clock are in UTC, as the footer of each page says: logs of the server under test have it.
func date(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }

func clock(t time.Time) string { return t.UTC().Format("15:04:05.000") }

// took has one unit, so that a column of it can be compared.
func took(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// fragment draws a part of a page by itself.
func fragment(page, part string, data any) (string, error) {
	var b bytes.Buffer
	err := templates[page].ExecuteTemplate(&b, part, data)
	return b.String(), err
}

// static serves the style, the script and the icon.
func static() http.Handler {
	media := map[string]string{"page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8", "icon.svg": "image/svg+xml"}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("file")
		text, err := assets.ReadFile("static/" + name)
		if media[name] == "" || err != nil {
			p := problem.Of(problem.NotFound("there is no file %q", name))
			http.Error(w, p.Text, p.Status)
			return
		}
		w.Header().Set("Content-Type", media[name])
		_, _ = w.Write(text)
	})
}
