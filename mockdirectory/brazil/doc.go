// Package brazil is the directory as Open Finance Brasil's speaks: the list of participants, the
// directory's API after Raidiam's, and the key store. The real one has a host for each of the three
// (data, matls-api and keystore); here they are paths below /brazil of one host. What the real one
// lacks is marked as mock in the API's description.
package brazil
