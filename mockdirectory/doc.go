// Package mockdirectory is a mock Open Banking directory: it enrols organisations, certifies and
// publishes their keys, signs software statements, revokes, rotates, and misbehaves when asked to. The
// rooms behind it:
//
//	problem, rest             refusals, and how the directory speaks HTTP
//	store                     rows that survive a restart
//	registry                  organisations, software, published keys, certificates
//	trust                     the CAs with CRL and OCSP, and the keys that sign statements
//	desk                      what the directory does for members, whichever API they come by
//	uk, brazil, australia     the APIs
//	knob                      misbehaviour
//	watch, metrics            who fetched what
//	page                      the page for people
package mockdirectory
