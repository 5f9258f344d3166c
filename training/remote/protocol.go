package remote

import (
	"encoding/json"
	"fmt"

	"neuralrg/training/run"
)

// protocol is the version of what follows the hello. A hello itself stays as it
// is for ever.
const protocol = 1

// hello is the first message, both ways: the viewer's first. Then a viewer
// sends orders and gets reports.
type hello struct {
	Program  string `json:"program"` // always "neuralrg"
	Protocol int    `json:"protocol"`
	Version  string `json:"version"`           // of the program
	Refused  string `json:"refused,omitempty"` // why nothing follows
}

const program = "neuralrg"

func newHello() hello { return hello{Program: program, Protocol: protocol, Version: run.Version} }

// check says why one cannot talk to who sent the hello.
func (h hello) check() error {
	switch {
	case h.Program != program:
		return fmt.Errorf("something else answers at the socket")
	case h.Protocol != protocol:
		return fmt.Errorf("the run's program is of version %q and speaks protocol %d, this one speaks %d", h.Version, h.Protocol, protocol)
	case h.Refused != "":
		return fmt.Errorf("%s", h.Refused)
	}
	return nil
}

// order is what a viewer sends: a command, to be answered under its number.
type order struct {
	Number  uint64      `json:"number"`
	Command run.Command `json:"command"`
}

// report is what a viewer gets: an answer, or news.
type report struct {
	Answer *answer `json:"answer,omitempty"`
	News   *news   `json:"news,omitempty"`
}

// answer is what became of an order.
type answer struct {
	Number uint64 `json:"number"`
	Error  string `json:"error,omitempty"` // empty if it was taken
	Hint   string `json:"hint,omitempty"`
}

func newAnswer(number uint64, err error) *answer {
	if err == nil {
		return &answer{Number: number}
	}
	return &answer{Number: number, Error: err.Error(), Hint: hintOf(err)}
}

func (a answer) err() error {
	if a.Error == "" {
		return nil
	}
	return &problem{text: a.Error, hint: a.Hint}
}

// news is what has changed in the snapshot of a run since the last news.
type news struct {
	// Fields are the fields of the snapshot that changed, by their names, but
	// for the history.
	Fields map[string]json.RawMessage `json:"fields,omitempty"`

	// History is the whole history, the first time.
	History json.RawMessage `json:"history,omitempty"`

	// Epochs are those to append to the history: a list of run.Metrics.
	Epochs json.RawMessage `json:"epochs,omitempty"`

	// Last says that no news follow, for the run is over.
	Last bool `json:"last,omitempty"`
}
