package serve

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	gossh "golang.org/x/crypto/ssh"
)

// HostKeyPath is where the key of this host is kept unless another place is given:
// under $XDG_STATE_HOME, which counts only if it is absolute, or else where its
// specification puts it.
func HostKeyPath() (string, error) {
	state := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", &problem{text: "there is no place for a host key", hint: "give one with --host-key", cause: err}
		}
		state = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(state, "neuralrg", "serve", "host_ed25519"), nil
}

// hostKey reads the host key, and makes it if there is none. One that is there
// but cannot be used stays as it is.
func hostKey(path string) (gossh.Signer, error) {
	signer, err := readHostKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeHostKey(path); err == nil {
			signer, err = readHostKey(path)
		}
	}
	if err != nil {
		hint := firstWord(hintOf(err), "give the place of another, or of one to be made, with --host-key")
		return nil, &problem{text: "cannot use the host key " + path, hint: hint, cause: bare(err)}
	}
	return signer, nil
}

// bare is an error of the file system without the name that the sentence around
// it has already.
func bare(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

func readHostKey(path string) (gossh.Signer, error) {
	text, err := readOwn(path, 0o077)
	if err != nil {
		return nil, err
	}
	signer, err := gossh.ParsePrivateKey(text)
	var locked *gossh.PassphraseMissingError
	switch {
	case errors.As(err, &locked):
		return nil, &problem{text: "it needs a passphrase", hint: "use one without, for this purpose only"}
	case err != nil:
		return nil, errors.New("it is not a private key of OpenSSH's")
	}
	return signer, nil
}

// makeHostKey makes a key that appears whole, readable by nobody else, and never
// in the place of another: of two processes that make one, one wins.
func makeHostKey(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	block, err := gossh.MarshalPrivateKey(private, "neuralrg serve")
	if err != nil {
		return err
	}
	aside, err := os.CreateTemp(dir, ".host-key-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(aside.Name())
	_, err = aside.Write(pem.EncodeToMemory(block))
	if err = errors.Join(err, aside.Sync(), aside.Close()); err != nil {
		return err
	}
	if err := os.Link(aside.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(dir)
}

// syncDir brings the names in a directory to the disk.
func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
