package rest

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
)

type inner struct {
	URL string `json:"Url"`
}

type embedded struct {
	Name string `json:"Name"`
}

type document struct {
	embedded
	Roles   []string `json:"Roles"`
	Servers []inner  `json:"Servers"`
	Hidden  string   `json:"-"`
}

func TestDecodeJSON(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, body, want string }{
		{"all", `{"Name":"B","Roles":["x"],"Servers":[{"Url":"u"}]}`, ""},
		{"nothing", `{}`, ""},
		{"nulls keep what is there", `{"Name":null,"Roles":null,"Servers":null}`, ""},
		{"no object", `[]`, "body"},
		{"two objects", `{}{}`, "body"},
		{"no UTF-8", "{\"Name\":\"\xff\"}", "UTF-8"},
		{"twice", `{"Name":"A","Name":"B"}`, "Name: the member is there twice"},
		{"another case", `{"name":"A"}`, "name: unknown member, expected one of Name, Roles, Servers"},
		{"hidden", `{"Hidden":"A"}`, "Hidden: unknown member"},
		{"number", `{"Name":1}`, "Name: expected a string, got number"},
		{"string for a list", `{"Roles":"x"}`, "Roles: expected a list of strings, got string"},
		{"unknown below", `{"Servers":[{"Url":"u"},{"Ulr":"u"}]}`, "Ulr: unknown member, expected one of Url"},
		{"twice below", `{"Servers":[{"Url":"u","Url":"v"}]}`, "Url: the member is there twice"},
		{"string below", `{"Servers":["u"]}`, "Servers: expected a list of objects"},
		{"object for a list", `{"Servers":{}}`, "Servers: expected a list of objects"},
		{"number below", `{"Servers":[{"Url":1}]}`, "Url: expected a string"},
	}
	for _, in := range cases {
		t.Run(in.name, func(t *testing.T) {
			got := document{embedded: embedded{"A"}, Roles: []string{"y"}}
			err := DecodeJSON([]byte(in.body), &got)
			if in.want == "" {
				require.NoError(t, err)
				require.NotEmpty(t, got.Roles)
				require.NotEmpty(t, got.Name)
				return
			}
			require.ErrorContains(t, err, in.want)
			require.Equal(t, http.StatusBadRequest, problem.Of(err).Status)
		})
	}
}

func FuzzDecodeJSON(f *testing.F) {
	for _, seed := range []string{`{"Name":"A","Servers":[{"Url":"u"}]}`, `{"Servers":[null]}`, `{"Roles":[null]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var got document
		if err := DecodeJSON(data, &got); err != nil {
			require.Equal(t, http.StatusBadRequest, problem.Of(err).Status)
		}
	})
}

// Every way to miss a route has its own refusal in JSON, and none is redirected.
func TestRoutes(t *testing.T) {
	t.Parallel()
	var classes []string
	around := func(class string, next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			classes = append(classes, class)
			next.ServeHTTP(w, r)
		})
	}
	h := Handler([]Route{
		{Pattern: "/a/{id}", Class: "a", Methods: Get(func(w http.ResponseWriter, r *http.Request) error {
			return WriteJSON(w, http.StatusOK, map[string]string{"id": r.PathValue("id")})
		})},
		{Pattern: "/broken", Class: "b", Methods: Get(func(http.ResponseWriter, *http.Request) error { return io.ErrUnexpectedEOF })},
	}, slog.New(slog.DiscardHandler), around)
	for _, in := range []struct {
		method, target string
		status         int
		class, want    string
	}{
		{"GET", "/a/1", 200, "a", `{"id":"1"}`},
		{"HEAD", "/a/1", 200, "a", ""},
		{"GET", "/a/%3Cb%3E", 200, "a", `{"id":"<b>"}`},
		{"POST", "/a/1", 405, "a", "method"},
		{"GET", "/a/1/", 404, "", "no such resource"},
		{"GET", "//a/1", 404, "", "no such resource"},
		{"GET", "/x/../a/1", 404, "", "no such resource"},
		{"GET", "/b", 404, "", "no such resource"},
		{"GET", "/broken", 500, "b", "could not complete"},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(in.method, in.target, nil)
		h.ServeHTTP(w, r)
		require.Equal(t, in.status, w.Code, in.target)
		require.Equal(t, in.class, classes[len(classes)-1], in.target)
		require.Contains(t, w.Body.String(), in.want, in.target)
		require.NotContains(t, w.Body.String(), "EOF", "the cause is for the log alone")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("POST", "/a/1", nil))
	require.Equal(t, "GET, HEAD", w.Header().Get("Allow"))
	w = httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/a/1", strings.NewReader(strings.Repeat("a", MaxBody+1))))
	require.Equal(t, 413, w.Code)
}
