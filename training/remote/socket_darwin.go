package remote

import (
	"errors"
	"fmt"
	"net"

	"golang.org/x/sys/unix"
)

// peerUser asks the system who is at the other end.
func peerUser(c *net.UnixConn) (uid int, err error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	var credentials *unix.Xucred
	failed := raw.Control(func(fd uintptr) {
		credentials, err = unix.GetsockoptXucred(int(fd), unix.SOL_LOCAL, unix.LOCAL_PEERCRED)
	})
	if err := errors.Join(failed, err); err != nil {
		return 0, fmt.Errorf("who is at the other end cannot be told: %w", err)
	}
	return int(credentials.Uid), nil
}
