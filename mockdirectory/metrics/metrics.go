// Package metrics counts what the directory answers, for Prometheus.
package metrics

import (
	"cmp"
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/watch"
)

// Metrics is a registry of its own, so that two directories in one process do
// not count together.
type Metrics struct {
	all  *prometheus.Registry
	took *prometheus.HistogramVec
}

// New counts requests as they come, and members when it is asked.
func New(members *registry.Registry) *Metrics {
	m := &Metrics{
		all: prometheus.NewRegistry(),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "dcrkit_directory_request_duration_seconds",
			Help:    "Time to answer a request, by class of endpoint, method and status.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5, 30},
		}, []string{"class", "method", "status"}),
	}
	organisations := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "dcrkit_directory_organisations", Help: "Organisations that are enrolled.",
	}, func() float64 {
		_, total := members.Organisations(0, 0)
		return float64(total)
	})
	revoked := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "dcrkit_directory_revoked_certificates", Help: "Certificates that were revoked.",
	}, func() float64 { return float64(len(members.RevokedCertificates())) })
	m.all.MustRegister(m.took, organisations, revoked, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Observe counts an answer. One that was broken off has status 0.
func (m *Metrics) Observe(f watch.Fetch) {
	class := cmp.Or(f.Class, "none")
	m.took.WithLabelValues(class, method(f.Method), strconv.Itoa(f.Status)).Observe(f.Took.Seconds())
}

// method bounds the label: a client can send any word.
func method(name string) string {
	switch name {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete:
		return name
	}
	return "other"
}

// Handler answers in the format that the scraper asks for.
func (m *Metrics) Handler() http.Handler { return promhttp.HandlerFor(m.all, promhttp.HandlerOpts{}) }
