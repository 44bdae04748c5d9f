// Package knob makes a directory misbehave on purpose: late, broken, too large
// or wrong in one named way, at one endpoint, for one path, for so many requests
// or for a while. It is how a bank learns what its server makes of a trust anchor
// that is having a bad day.
//
// A Panel holds the settings. Panel.Wrap puts the knobs in front of an endpoint;
// rooms that have to misbehave from within, such as the OCSP responder, ask with
// Panel.Ask and Panel.Clock. Panel.Handler is the HTTP API that testers turn the
// knobs with.
//
// On one request every knob acts at most once, in the order of Definitions. Of
// several settings of one knob the newest counts whose scope fits, which is not
// spent and whose chance comes up. Chance comes from a seed: the same settings
// and the same requests in the same order have the same hits.
package knob
