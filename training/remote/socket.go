package remote

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// The names of the socket in a run directory. Only its owner may enter the
// folder, so that the socket is nobody else's at any moment.
const (
	controlName = "control"
	socketName  = "sock"
)

// listen makes the socket of the run in dir, in the place of one that nobody
// listens at. The caller holds the lease of the run; a listener that still
// lives is then about to leave, and gets a while for it.
func listen(dir string, wait time.Duration) (*net.UnixListener, error) {
	control := filepath.Join(dir, controlName)
	if err := makeControl(control); err != nil {
		return nil, err
	}
	socket := filepath.Join(control, socketName)
	for deadline := time.Now().Add(wait); answers(control); time.Sleep(pause) {
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("another process listens at %s", socket)
		}
	}
	if err := os.Remove(socket); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var listener *net.UnixListener
	err := throughShortPath(control, func(path string) (err error) {
		listener, err = net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
		return err
	})
	if err != nil {
		return nil, err
	}
	listener.SetUnlinkOnClose(false) // its path is short-lived
	if err := os.Chmod(socket, 0o600); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}

// pause is the time between two tries.
const pause = 50 * time.Millisecond

// makeControl makes the folder of the socket. One that was there must be ours.
func makeControl(path string) error {
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a directory", path)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != os.Geteuid() {
		return fmt.Errorf("%s belongs to another user", path)
	}
	return os.Chmod(path, 0o700)
}

// answers says whether somebody listens at the socket in a folder.
func answers(control string) bool {
	c, err := dial(context.Background(), control)
	if err != nil {
		return false
	}
	_ = c.Close()
	return true
}

// dial connects to the socket in a folder.
func dial(ctx context.Context, control string) (conn *net.UnixConn, err error) {
	err = throughShortPath(control, func(path string) error {
		c, err := new(net.Dialer).DialContext(ctx, "unix", path)
		if err == nil {
			conn = c.(*net.UnixConn)
		}
		return err
	})
	return conn, err
}

// peer returns the user at the other end of a connection.
type peer func(*net.UnixConn) (uid int, err error)

// trusts refuses a connection with another user.
func (p peer) trusts(c *net.UnixConn) error {
	uid, err := p(c)
	if err == nil && uid != os.Geteuid() {
		err = fmt.Errorf("the other end belongs to user %d", uid)
	}
	return err
}
