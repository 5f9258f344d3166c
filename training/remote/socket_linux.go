package remote

import (
	"errors"
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// throughShortPath calls use with a path of the socket in a folder that fits
// into the address of a socket: through the descriptor of the folder, where
// /proc is mounted, so that nothing has to be written anywhere.
func throughShortPath(control string, use func(path string) error) error {
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		return throughLink(control, use)
	}
	folder, err := os.Open(control)
	if err != nil {
		return err
	}
	defer folder.Close()
	return use(fmt.Sprintf("/proc/self/fd/%d/%s", folder.Fd(), socketName))
}

// peerUser asks the system who is at the other end.
func peerUser(c *net.UnixConn) (uid int, err error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	var credentials *unix.Ucred
	failed := raw.Control(func(fd uintptr) {
		credentials, err = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	if err := errors.Join(failed, err); err != nil {
		return 0, fmt.Errorf("who is at the other end cannot be told: %w", err)
	}
	return int(credentials.Uid), nil
}
