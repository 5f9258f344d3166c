package run

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"neuralrg/training"
)

// otherProblem is the error for a checkpoint whose run had other settings than
// config.json has now. An older checkpoint would be no better.
type otherProblem struct{ *problem }

// checkSettings refuses a checkpoint that was trained with other settings: to go
// on from it would put two problems into one record.
func (k checkpoints) checkSettings(arrays map[string][]byte) error {
	data, err := readBytes(arrays, "config")
	if err != nil {
		return err
	}
	var c Config
	if err := json.Unmarshal(data, &c); err != nil {
		return fmt.Errorf("array %q holds no configuration", "config")
	}
	differ := differences(k.config.Config, c.Config)
	if len(differ) == 0 {
		return nil
	}
	return otherProblem{&problem{
		text: fmt.Sprintf("%s was changed since the run began: %s", configName, strings.Join(differ, "; ")),
		hint: "put back what it was, or start another run with this file as --config",
	}}
}

// differences names each setting in which two configurations are two problems.
// A constant learning rate does not know how many epochs are planned, so there
// a run may be made longer or shorter.
func differences(now, then training.Config) []string {
	if now.Schedule == training.Constant {
		then.Epochs = now.Epochs
	}
	values, before := settings(now), settings(then)
	var differ []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if is, was := string(values[name]), string(before[name]); is != was {
			differ = append(differ, fmt.Sprintf("%s is %s and was %s", name, is, was))
		}
	}
	return differ
}

// settings are the fields of a configuration as config.json has them.
func settings(c training.Config) map[string]json.RawMessage {
	data, err := json.Marshal(c)
	if err != nil {
		panic("run: " + err.Error()) // only NaN and Inf, which nothing validated has
	}
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(data, &fields) // it was written just now
	return fields
}
