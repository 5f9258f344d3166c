package remote

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSocketIsForItsUserAlone(t *testing.T) {
	s, dir := served(t, newFake(), quick)
	for name, mode := range map[string]os.FileMode{
		controlName:                            os.ModeDir | 0o700,
		filepath.Join(controlName, socketName): os.ModeSocket | 0o600,
	} {
		info, err := os.Lstat(filepath.Join(dir, name))
		if err != nil || info.Mode() != mode {
			t.Errorf("%s has mode %v, %v", name, info.Mode(), err)
		}
	}
	s.Close()
	uid := os.Geteuid() + 1
	stranger := peer(func(*net.UnixConn) (int, error) { return uid, nil })
	s, err := serve(newFake(), dir, quick, stranger.trusts)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c := knock(t, dir)
	_, _ = c.Write([]byte(head(2) + "{}")) // which may be too late
	if n, _ := io.Copy(io.Discard, c); n > 0 {
		t.Errorf("another user was told %d bytes", n)
	}
	if _, _, err := newWire(t.Context(), knock(t, dir), dir, quick, stranger.trusts); err == nil || !strings.Contains(err.Error(), "belongs to user") {
		t.Errorf("a run of another user was believed: %v", err)
	}
	if got, err := peerUser(knock(t, dir)); err != nil || got != os.Geteuid() {
		t.Errorf("the other end is user %d, %v", got, err)
	}
}

func TestSocketOfAForeignFolder(t *testing.T) {
	dir := stopped(t)
	elsewhere := t.TempDir()
	if err := os.Symlink(elsewhere, filepath.Join(dir, controlName)); err != nil {
		t.Fatal(err)
	}
	if s, err := serve(newFake(), dir, quick, everybody); err == nil {
		s.Close()
		t.Error("a link was taken for the folder of the socket")
	}
}

// The address of a socket ends after 108 bytes.
func TestLongPath(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("long/", 60))
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(stopped(t), dir); err != nil {
		t.Fatal(err)
	}
	lease(t, dir, os.Getpid())
	s, err := serve(newFake(), dir, quick, everybody)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if v := attach(t, dir); v.Feed().Latest().Dir != dir {
		t.Errorf("the directory is called %s", v.Feed().Latest().Dir)
	}
	short := t.TempDir()
	t.Setenv("TMPDIR", short)
	err = throughLink(filepath.Join(dir, controlName), func(path string) error {
		c, err := net.Dial("unix", path)
		if err == nil {
			_ = c.Close()
		}
		return err
	})
	if err != nil {
		t.Errorf("through a link: %v", err)
	}
	if left, err := os.ReadDir(short); err != nil || len(left) > 0 {
		t.Errorf("the link leaves %v, %v", left, err)
	}
}

// The socket that a dead process left is replaced, one that answers never.
func TestStaleSocket(t *testing.T) {
	s, dir := served(t, newFake(), quick)
	if second, err := serve(newFake(), dir, quick, everybody); err == nil || !strings.Contains(err.Error(), "another process") {
		second.Close()
		t.Errorf("a second server: %v", err)
	}
	attach(t, dir)
	stale := filepath.Join(dir, "stale")
	if err := os.Link(s.socket, stale); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := os.Rename(stale, s.socket); err != nil {
		t.Fatal(err)
	}
	again, err := serve(newFake(), dir, quick, everybody)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	attach(t, dir)
}

// A server does not take away the socket of the next.
func TestServerLeavesTheNextAlone(t *testing.T) {
	first, dir := served(t, newFake(), quick)
	if err := os.Remove(first.socket); err != nil {
		t.Fatal(err)
	}
	second, err := serve(newFake(), dir, quick, everybody)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	first.Close()
	attach(t, dir)
}
