package run

import (
	"errors"
	"os"
	"strings"
	"testing"

	"neuralrg/training"
)

// A checkpoint and a config.json of two problems make no run, and what was
// recorded of the first stays.
func TestChangedSettingsAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		schedule training.Schedule
		old, new string
		say      string
	}{
		"temperature":      {training.Constant, `"temperature": 2.5`, `"temperature": 2.6`, "temperature is 2.6 and was 2.5"},
		"shape":            {training.Constant, `"hidden": 4`, `"hidden": 8`, "hidden is 8 and was 4"},
		"seed":             {training.Constant, `"seed": 5`, `"seed": 6`, "seed is 6 and was 5"},
		"schedule":         {training.Constant, `"constant"`, `"cosine"`, `schedule is "cosine" and was "constant"`},
		"epochs":           {training.Cosine, `"epochs": 20`, `"epochs": 30`, "epochs is 30 and was 20"},
		"epochs, constant": {training.Constant, `"epochs": 20`, `"epochs": 30`, ""},
		"another sampler":  {training.Constant, `"sampler": "off"`, `"sampler": "latent"`, ErrFinished.Error()},
	} {
		start := tiny(20)
		start.Schedule = c.schedule
		dir := directory(uninterrupted(t, start, Options{}))
		data, err := os.ReadFile(dir.path(configName))
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.Replace(string(data), c.old, c.new, 1)
		if changed == string(data) {
			t.Fatalf("%s: there is no %s", name, c.old)
		}
		if err := os.WriteFile(dir.path(configName), []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := Continue(t.Context(), string(dir), Options{})
		if c.say == "" {
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			r.Wait()
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.say) || (hintOf(err) == "" && !errors.Is(err, ErrFinished)) {
			t.Errorf("%s: %v", name, err)
		}
		if metrics, err := allMetrics(dir.path(metricsName)); err != nil || len(metrics) != 20 {
			t.Errorf("%s: %d lines of metrics are left, %v", name, len(metrics), err)
		}
	}
}
