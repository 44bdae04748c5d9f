// Package desk is what the directory does for its members, whichever API they come by: it certifies
// keys, publishes and revokes them, and signs software statements.
package desk
