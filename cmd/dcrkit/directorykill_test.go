package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// served is 'dcrkit directory serve' in a process of its own.
type served struct {
	*exec.Cmd
	ca string // file
}

// serveDirectory returns once the directory has said everything that it has to say.
func serveDirectory(t *testing.T, folder string, addresses []port) *served {
	s := &served{ca: filepath.Join(folder, "ca.pem")}
	s.Cmd = exec.CommandContext(t.Context(), "dcrkit", "directory", "serve", "--data", filepath.Join(folder, "data"), "--ca-out", s.ca,
		"--addr", addresses[0].is, "--pki-addr", addresses[1].is, "--management-addr", addresses[2].is)
	var errs bytes.Buffer
	s.Stderr = &errs
	out, err := s.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, s.Start())
	t.Cleanup(func() { _ = s.Process.Kill(); _ = s.Wait() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "issuer ") {
			return s
		}
	}
	require.Fail(t, "the directory did not start", errs.String())
	return nil
}

// member is what the directory acknowledged.
type member struct{ OrganisationID, OrganisationName, SoftwareID string }

// directoryClient enrols over HTTPS.
type directoryClient struct {
	http *http.Client
	base string
}

func newDirectoryClient(t *testing.T, ca, addr string) *directoryClient {
	roots := x509.NewCertPool()
	pem, err := os.ReadFile(ca)
	require.NoError(t, err)
	require.True(t, roots.AppendCertsFromPEM(pem))
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	t.Cleanup(transport.CloseIdleConnections)
	return &directoryClient{&http.Client{Transport: transport, Timeout: 20 * time.Second}, "https://" + addr + "/v2.1/organisation"}
}

// call sends a body, or asks without one, and reads the answer.
func (c *directoryClient) call(path, body string, into any) error {
	var res *http.Response
	var err error
	if body == "" {
		res, err = c.http.Get(c.base + path)
	} else {
		res, err = c.http.Post(c.base+path, "application/json", strings.NewReader(body))
	}
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		return fmt.Errorf("%s: status %d: %s", path, res.StatusCode, answer)
	}
	return json.Unmarshal(answer, into)
}

// enrol stops at the first request that is not acknowledged; what was before stands.
func (c *directoryClient) enrol(number int) (m member, err error) {
	var org struct{ OrganisationID, OrganisationName string }
	if err := c.call("", fmt.Sprintf(`{"OrganisationName":"Member %d"}`, number), &org); err != nil {
		return m, err
	}
	m = member{OrganisationID: org.OrganisationID, OrganisationName: org.OrganisationName}
	var soft struct{ SoftwareStatementID string }
	err = c.call("/"+org.OrganisationID+"/software-statement", fmt.Sprintf(`{"ClientName":"App %d"}`, number), &soft)
	m.SoftwareID = soft.SoftwareStatementID
	return m, err
}

// What the directory has acknowledged survives kill -9 in the middle of other enrolments.
func TestDirectorySurvivesKill(t *testing.T) {
	t.Parallel()
	const clients, enrolments, enough = 6, 200, 80
	folder := t.TempDir()
	addresses := freePorts(t, "8443", "8442", "8444")
	first := serveDirectory(t, folder, addresses)
	ca, err := os.ReadFile(first.ca)
	require.NoError(t, err)

	acknowledged := make(chan member, 2*enrolments)
	var done atomic.Int32
	var kill sync.Once
	var working sync.WaitGroup
	for n := range clients {
		client := newDirectoryClient(t, first.ca, addresses[0].is)
		working.Go(func() {
			for number := n; number < enrolments; number += clients {
				m, err := client.enrol(number)
				if m.OrganisationID != "" {
					acknowledged <- m
				}
				if err != nil {
					return
				}
				if done.Add(1) >= enough {
					kill.Do(func() { _ = first.Process.Kill() })
				}
			}
		})
	}
	working.Wait()
	_ = first.Wait()
	require.Less(t, int(done.Load()), enrolments, "it was killed in the middle")

	second := serveDirectory(t, folder, addresses)
	after, err := os.ReadFile(second.ca)
	require.NoError(t, err)
	require.Equal(t, string(ca), string(after), "the same root CA")
	client := newDirectoryClient(t, second.ca, addresses[0].is)
	for number := range enrolments - int(done.Load()) {
		m, err := client.enrol(enrolments + number)
		require.NoError(t, err, "it goes on after the restart")
		acknowledged <- m
	}
	close(acknowledged)
	whole := 0
	for m := range acknowledged {
		var org struct{ OrganisationName string }
		require.NoError(t, client.call("/"+m.OrganisationID, "", &org), "acknowledged, and lost")
		require.Equal(t, m.OrganisationName, org.OrganisationName)
		if m.SoftwareID == "" {
			continue
		}
		whole++
		var soft struct{ ClientName string }
		require.NoError(t, client.call("/"+m.OrganisationID+"/software-statement/"+m.SoftwareID, "", &soft), "acknowledged, and lost")
		require.Equal(t, strings.Replace(m.OrganisationName, "Member", "App", 1), soft.ClientName)
	}
	require.Equal(t, enrolments, whole)
}
