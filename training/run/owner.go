package run

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// Owner is the process that holds the lease of a run directory, so that it
// alone writes there.
type Owner struct {
	Host      string
	PID       int
	Attempt   int    // 1 for the start of the run, one more for each resume
	Heartbeat string // its last sign of life, by its own clock
	Here      bool   // it is of this host, and Dead is known
	Dead      bool   // it has ended without giving the lease back
}

// Self says whether the owner is this process.
func (o *Owner) Self() bool { return o != nil && o.Here && !o.Dead && o.PID == os.Getpid() }

// OwnerOf returns who holds the run in dir, or nil if nobody does. It locks
// nothing and changes nothing.
func OwnerOf(dir string) (*Owner, error) {
	path := directory(dir).path(leaseName)
	h, err := readHolder(path)
	for tries := 1; isHalfWritten(err) && tries < ownerTries; tries++ {
		time.Sleep(pause)
		h, err = readHolder(path)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return nil, nil
	case err != nil:
		return nil, diskProblem("cannot read the lease "+path, err)
	}
	dead, here := h.dead()
	return &Owner{Host: h.Host, PID: h.PID, Attempt: h.Attempt, Heartbeat: h.Heartbeat, Here: here, Dead: dead}, nil
}

// ownerTries is how often a lease that makes no sense is read: its holder may be
// about to write it.
const ownerTries = 5

// isHalfWritten says that a lease was there but could not be understood.
func isHalfWritten(err error) bool { return err != nil && !errors.As(err, new(*fs.PathError)) }
