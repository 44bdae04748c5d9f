// Package trust is the directory's certificate authorities and the keys that sign its statements.
package trust
