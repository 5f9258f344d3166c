//go:build !linux

package remote

// throughShortPath calls use with a path of the socket in a folder that fits
// into the address of a socket.
func throughShortPath(control string, use func(path string) error) error {
	return throughLink(control, use)
}
