package remote

import (
	"encoding/json"

	"neuralrg/training/run"
)

// lastEpoch is the newest epoch in the history of a snapshot, 0 if there is none.
func lastEpoch(s *run.Snapshot) int {
	if n := len(s.History); n > 0 {
		return s.History[n-1].Epoch
	}
	return 0
}

// reachesBack says whether the history has every epoch after one in full.
func reachesBack(*run.Snapshot, int) bool { return true }

// epochsAfter encodes the epochs after one, nil if there are none.
func epochsAfter(s *run.Snapshot, epoch int) (json.RawMessage, error) {
	first := len(s.History)
	for first > 0 && s.History[first-1].Epoch > epoch {
		first--
	}
	if first == len(s.History) {
		return nil, nil
	}
	return json.Marshal(s.History[first:])
}

// appendEpochs appends encoded epochs to the history of a snapshot, as the run
// itself did.
func appendEpochs(s *run.Snapshot, encoded json.RawMessage) error {
	var epochs []run.Metrics
	if err := json.Unmarshal(encoded, &epochs); err != nil {
		return err
	}
	s.History = append(s.History, epochs...)
	return nil
}
