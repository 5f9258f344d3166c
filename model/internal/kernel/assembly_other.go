//go:build !amd64 || purego

package kernel

// assembled is empty: there is none for this processor, or it is not wanted.
func assembled() []*Set { return nil }
