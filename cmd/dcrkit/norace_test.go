//go:build !race

package main

// underRace is in race_test.go.
const underRace = false
