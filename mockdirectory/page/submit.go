package page

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// act is what a form asks for, twice over: as a command for the terminal and as what is done here.
type act struct {
	form    string // id of the form that was sent
	command command
	do      func(context.Context) (outcome, error)
}

// outcome is where to go after an act, or what to show at once where that cannot be fetched again.
type outcome struct {
	to   string
	show *screen
}

// reading reads what a form was filled with. It returns the form's id with an error too, so that
// the words of the refusal find their place.
type reading func(*http.Request) (act, error)

// takes answers a form: with a redirect once it is done, so that a reload does not do it again
// (RFC 9110, section 15.4.4), and otherwise with its page, the form as it was typed, and the words
// of the refusal or the command that was asked for.
func (s *site) takes(draw drawing, read reading) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := parseForm(w, r); err != nil {
			s.answer(w, r, s.refusal(r, err))
			return
		}
		a, err := read(r)
		if err == nil && r.PostForm.Get("as") != "curl" {
			var out outcome
			if out, err = a.do(r.Context()); err == nil {
				s.finish(w, r, out)
				return
			}
		}
		page, drawErr := draw(r)
		if drawErr != nil {
			s.answer(w, r, s.refusal(r, drawErr))
			return
		}
		f := page.Form(a.form)
		if f == nil {
			s.answer(w, r, s.refusal(r, problem.Invalid("form", "there is no such form on this page any more; go back and load it again")))
			return
		}
		page.Acted = f
		f.fill(r.PostForm)
		if err != nil {
			p := s.told(r, err)
			f.Problem, page.status = p.Text, p.Status
		} else {
			f.Curl = s.curl(r, a.command)
		}
		s.answer(w, r, page)
	})
}

// finish shows what can be seen once, and leads away from everything else.
func (s *site) finish(w http.ResponseWriter, r *http.Request, out outcome) {
	if out.show != nil {
		s.answer(w, r, out.show)
		return
	}
	http.Redirect(w, r, out.to, http.StatusSeeOther)
}

// after leads to a page with the words for what was done. The fragment takes the place of the
// form's, which a browser would keep.
func after(path, what string) outcome { return outcome{to: path + "?done=" + what + "#done"} }

// parseForm reads a form within the bounds of the API. The text of a file takes the place of what
// was typed into the area of that name, where it can be mended after a refusal.
func parseForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 2*rest.MaxBody)
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	switch media {
	case "multipart/form-data":
		err = r.ParseMultipartForm(2 * rest.MaxBody)
	case "application/x-www-form-urlencoded", "":
		err = r.ParseForm()
	default:
		return problem.MediaType(media, "a form")
	}
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return problem.TooLarge(2 * rest.MaxBody)
	}
	if err != nil {
		return problem.Invalid("body", "the form cannot be read: %v", err)
	}
	if r.MultipartForm == nil {
		return nil
	}
	for name, files := range r.MultipartForm.File {
		for _, header := range files {
			f, err := header.Open()
			if err != nil {
				return problem.Invalid(name, "the file cannot be read")
			}
			text, err := io.ReadAll(f)
			_ = f.Close()
			if err != nil {
				return problem.Invalid(name, "the file cannot be read")
			}
			if area := strings.TrimSuffix(name, "-file"); len(text) > 0 {
				r.PostForm.Set(area, strings.ToValidUTF8(string(text), "\uFFFD"))
			}
		}
	}
	return nil
}

// typed is a list of a form: nil, which stands for a member that is left out, when nothing is
// chosen.
func typed(values url.Values, name string) []string {
	if list := values[name]; len(list) > 0 {
		return list
	}
	return nil
}
