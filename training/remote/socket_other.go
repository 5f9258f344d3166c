//go:build !linux && !darwin

package remote

import (
	"errors"
	"net"
)

// peerUser is not known on this system, so nobody is trusted.
func peerUser(*net.UnixConn) (uid int, err error) {
	return 0, errors.New("who is at the other end cannot be told on this system")
}
