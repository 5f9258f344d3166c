//go:build !amd64 || purego

package kernel

// assembled is empty: there is no assembly for this processor.
func assembled() []*Set { return nil }
