package remote

import (
	"os"
	"path/filepath"
)

// throughLink calls use with a path of the socket in a folder that fits into the
// address of a socket, which ends after 104 to 108 bytes: through a link in a
// folder that nobody else may enter.
func throughLink(control string, use func(path string) error) error {
	control, err := filepath.Abs(control)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "nrg") // of mode 0700
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	link := filepath.Join(folder, "c")
	if err := os.Symlink(control, link); err != nil {
		return err
	}
	return use(filepath.Join(link, socketName))
}
