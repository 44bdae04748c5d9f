package page

import (
	"bytes"
	"net/http"
	"strconv"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
)

// screen is one page, worked out so that the template only lays out.
type screen struct {
	template string
	status   int // 200 when zero

	Title string
	Here  string // path of the entry in the navigation
	Trail []link // what it is below
	Done  string // what has just been done
	Forms map[string]*form
	Acted *form // the form that was sent and has something to say
	Body  any
	// Reads are the commands that read over the API what the page shows.
	Reads []shown
}

type link struct{ Text, Href string }

// shown is a command with what it is for.
type shown struct{ Text, Command string }

// drawing draws a page, or returns the refusal to show instead.
type drawing func(*http.Request) (*screen, error)

// Form finds a form by its id.
func (s *screen) Form(id string) *form { return s.Forms[id] }

// with adds forms.
func (s *screen) with(forms ...*form) {
	if s.Forms == nil {
		s.Forms = map[string]*form{}
	}
	for _, f := range forms {
		s.Forms[f.ID] = f
	}
}

// Navigation is what is reached from everywhere.
func (*screen) Navigation() []link {
	return []link{{"Overview", Root}, {"Organisations", Root + "organisations"}, {"Knobs", Root + "knobs"}, {"Fetches", Root + "fetches"}}
}

// done words what was done before a page was redirected to. The query names it, so that nobody
// can put words of their own on the page.
var done = map[string]string{
	"enrolled":   "It is enrolled and Active.",
	"status":     "The status was changed.",
	"servers":    "The authorisation servers were replaced.",
	"edited":     "The change was saved. Statements already handed out say what they said; the next one has it.",
	"shared":     "The organisation's key is in the software's key set too.",
	"published":  "The JWK is in the software's key set, as it was sent.",
	"revoked":    "It was revoked.",
	"rotated":    "A new key signs statements from now on. The former one stays published.",
	"added":      "A new key was published. It signs only what asks for it.",
	"withdrawn":  "The key is no longer published: what it signed is not to be accepted any more.",
	"reinstate":  "The key is published again.",
	"issuing":    "A new issuing CA is below the root. Certificates can be asked of it by its name.",
	"revoked-ca": "The issuing CA is on the root's revocation list.",
	"turned":     "The knob is turned.",
	"removed":    "The setting was taken back.",
	"cleared":    "All settings were taken back.",
}

// shows answers with a page.
func (s *site) shows(draw drawing) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, err := draw(r)
		if err != nil {
			page = s.refusal(r, err)
		} else if page.Done == "" {
			page.Done = done[r.URL.Query().Get("done")]
		}
		s.answer(w, r, page)
	})
}

// answer draws the whole page before the first byte is sent, so that a failure can still become
// an answer.
func (s *site) answer(w http.ResponseWriter, r *http.Request, page *screen) {
	var b bytes.Buffer
	if err := templates[page.template].ExecuteTemplate(&b, "layout", page); err != nil {
		s.Log.ErrorContext(r.Context(), "directory page failed", "path", r.URL.Path, "error", err)
		http.Error(w, "the page could not be drawn", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(max(page.status, http.StatusOK))
	_, _ = w.Write(b.Bytes())
}

// refusal is the page for what there is not, or what went wrong.
func (s *site) refusal(r *http.Request, err error) *screen {
	p := s.told(r, err)
	return &screen{template: "refusal", status: p.Status, Title: http.StatusText(p.Status), Body: p.Text}
}

// told finds what the visitor may know of an error. The rest is for the log.
func (s *site) told(r *http.Request, err error) *problem.Problem {
	p := problem.Of(err)
	if p.Status >= http.StatusInternalServerError {
		s.Log.ErrorContext(r.Context(), "directory page failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	return p
}

// lost answers for every path and method that is not there.
func (s *site) lost(r *http.Request) (*screen, error) {
	return nil, problem.NotFound("there is no page for %s %q", r.Method, r.URL.Path)
}
