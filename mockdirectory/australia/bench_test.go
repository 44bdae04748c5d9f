package australia

import "testing"

// BenchmarkProductStatus is what every holder polls: the states of ten thousand
// products of a thousand recipients.
func BenchmarkProductStatus(b *testing.B) {
	s := newSite(b)
	for range 1000 {
		org := s.enrol("A", recipientRole)
		for range 10 {
			s.enrolSoftware(org)
		}
	}
	for b.Loop() {
		s.get("/cdr-register/v1/all/data-recipients/brands/software-products/status")
	}
}
