//go:build race

package main

// underRace tells that the race detector is on, which makes a whole suite take
// five times as long.
const underRace = true
