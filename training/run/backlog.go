package run

// backlog is those lines of a journal, the newest, that are not known to be in
// its file. Copies share memory, which only grows behind what they have.
type backlog[T any] struct {
	written int // lines before these, all of them in the file
	lines   []T
}

const (
	// waitingEpochs are the most that may wait to be written: 5 MB, which a tiny
	// lattice makes in ten seconds and another one in hours. If the disk takes
	// none for longer, training waits for it.
	waitingEpochs = 1 << 16
	// waitingEvents likewise. Those that come on top are not recorded, but
	// counted.
	waitingEvents = 1 << 12
)

// end is the number of lines there are, in the file or not.
func (b backlog[T]) end() int { return b.written + len(b.lines) }

// after is what follows the first n lines, of which none may be forgotten yet.
func (b backlog[T]) after(n int) []T { return b.lines[n-b.written:] }

// forget leaves out what is in the file, the first n lines, and lets go of the
// memory when that is all.
func (b *backlog[T]) forget(n int) {
	b.written, b.lines = n, b.after(n)
	if len(b.lines) == 0 {
		b.lines = nil
	}
}
