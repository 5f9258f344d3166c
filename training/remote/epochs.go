package remote

import (
	"encoding/json"

	"neuralrg/training/run"
)

// lastEpoch is the newest epoch in the history of a snapshot, 0 if there is none.
func lastEpoch(s *run.Snapshot) int { return s.History.Last().Epoch }

// reachesBack says whether the history has every epoch after one in full.
func reachesBack(s *run.Snapshot, epoch int) bool {
	recent := s.History.Recent
	return len(recent) == s.History.Epochs || (len(recent) > 0 && recent[0].Epoch <= epoch)
}

// epochsAfter encodes the epochs after one, nil if there are none.
func epochsAfter(s *run.Snapshot, epoch int) (json.RawMessage, error) {
	recent := s.History.Recent
	first := len(recent)
	for first > 0 && recent[first-1].Epoch > epoch {
		first--
	}
	if first == len(recent) {
		return nil, nil
	}
	return json.Marshal(recent[first:])
}

// appendEpochs appends encoded epochs to the history of a snapshot, as the run
// itself did.
func appendEpochs(s *run.Snapshot, encoded json.RawMessage) error {
	var epochs []run.Metrics
	if err := json.Unmarshal(encoded, &epochs); err != nil {
		return err
	}
	for _, m := range epochs {
		s.History = s.History.Append(m)
	}
	return nil
}
