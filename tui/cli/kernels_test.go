package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"neuralrg/model"
)

// withKernels runs the program with NEURALRG_KERNELS set.
func withKernels(t *testing.T, dir, name string, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c := command(t, dir, args...)
	c.Env = append(c.Env, "NEURALRG_KERNELS="+name)
	c.Stdout, c.Stderr = &stdout, &stderr
	return outcome{exitCode(t, c.Run()), stdout.String(), stderr.String()}
}

func TestKernelsAreChosenByTheEnvironment(t *testing.T) {
	onlyPlain(t)
	for _, name := range model.Implementations() {
		dir := t.TempDir()
		o := withKernels(t, dir, name, append([]string{"train", "--plain", "--epochs", "2", "--dir", "run"}, tiny...)...)
		if o.code != 0 {
			t.Fatalf("%s: exit code %d\n%s", name, o.code, o.stderr)
		}
		config, err := os.ReadFile(filepath.Join(dir, "run", "config.json"))
		if err != nil {
			t.Fatal(err)
		}
		if got := decode(t, string(config))["kernels"]; got != name {
			t.Errorf("with %s the run was made with kernels %v", name, got)
		}
	}
}

func TestUnknownKernelsAreRefused(t *testing.T) {
	onlyPlain(t)
	for _, args := range [][]string{{"version"}, {"train"}, {"exact", "-L", "4"}} {
		wantError(t, withKernels(t, t.TempDir(), "mmx", args...), 2, `NEURALRG_KERNELS: kernels "mmx"`, "choose one of")
	}
}
