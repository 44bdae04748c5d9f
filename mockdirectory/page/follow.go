package page

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits of those who follow the list live.
const (
	mostFollowers = 32
	// followed is how long one follows before the browser connects anew, and quiet how long nothing
	// is said: a proxy drops a connection that says nothing for a minute.
	followed = 30 * time.Minute
	quiet    = 20 * time.Second
	// pause keeps a load run from drawing the list thousands of times a second.
	pause = 500 * time.Millisecond
	// sending bounds one write to a browser that has stopped to read.
	sending = 10 * time.Second
)

// update is what a browser is told: the new rows, newest first, and the counts of key fetches.
type update struct {
	Rows string `json:"rows"`
	Keys string `json:"keys"`
	Text string `json:"text"` // for who cannot see the rows
}

// events tells of fetches as they come, as Server-Sent Events (HTML, section 9.2). The id of an
// event is the number of the last fetch, with which a browser that lost the connection goes on.
func (s *site) events(w http.ResponseWriter, r *http.Request) {
	select {
	case s.follow <- struct{}{}:
		defer func() { <-s.follow }()
	default:
		http.Error(w, fmt.Sprintf("expected at most %d followers; close a window first", mostFollowers), http.StatusServiceUnavailable)
		return
	}
	query := r.URL.Query()
	after, err := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64)
	if err != nil {
		after, _ = strconv.ParseInt(query.Get("after"), 10, 64)
	}
	wake, stop := s.Fetches.Follow()
	defer stop()
	w.Header().Set("Content-Type", "text/event-stream")
	to := stream{w, http.NewResponseController(w)}
	if to.send("retry: 2000\n\n") != nil {
		return
	}
	end := time.NewTimer(followed)
	defer end.Stop()
	for {
		text, last := s.update(query.Get("class"), after)
		if text != "" && to.send(text) != nil {
			return
		}
		after = last
		select {
		case <-wake:
		case <-time.After(quiet):
			if to.send(": still here\n\n") != nil {
				return
			}
		case <-end.C:
			return
		case <-r.Context().Done():
			return
		case <-s.Closing:
			return
		}
		select {
		case <-time.After(pause):
		case <-r.Context().Done():
		case <-s.Closing:
		}
	}
}

// stream is an answer without an end. Each write has its own time: the server's is meant for
// answers that have one.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// send flushes, or the event would wait for the next one to fill a buffer.
func (s stream) send(text string) error {
	_ = s.control.SetWriteDeadline(time.Now().Add(sending + quiet))
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.control.Flush()
}

// update draws what came after a number as one event, or nothing.
func (s *site) update(class string, after int64) (event string, last int64) {
	fetches, last := s.Fetches.Since(after, shownFetches)
	var rows []fetchRow
	for _, f := range slices.Backward(fetches) {
		if fits(f, class) {
			rows = append(rows, newFetchRow(f))
		}
	}
	if rows == nil {
		return "", last
	}
	var u update
	var errs [2]error
	u.Rows, errs[0] = fragment("fetches", "fetch-rows", rows)
	u.Keys, errs[1] = fragment("fetches", "key-fetches", s.keyFetches())
	newest := rows[0]
	u.Text = fmt.Sprintf("%s. The last: %s %s, %d", plural(len(rows), "new fetch", "new fetches"), newest.Method, plainly(newest.Path), newest.Status)
	data, err := json.Marshal(u)
	if errs[0] != nil || errs[1] != nil || err != nil {
		s.Log.Error("directory page failed", "part", "fetches", "errors", errs, "error", err)
		return "", last
	}
	var out strings.Builder
	fmt.Fprintf(&out, "id: %d\nevent: fetches\ndata: %s\n\n", last, data)
	return out.String(), last
}
