package run

import (
	"encoding/json"
	"reflect"
	"testing"
)

// The closed set of commands and a whole snapshot can cross a socket.
func TestPlainData(t *testing.T) {
	for _, kind := range []Kind{Pause, Resume, SetRate, SetSampler, Redraw, Respond, Examine, Inform, Fix, Release, Coarsen, Gather, Save, Stop, ResetChains, SetTrajectory, Tune} {
		c := Command{Kind: kind, Value: 0.1, Latent: 3, Spacing: 1, Sampler: SamplerBoth, Leapfrogs: 7, Start: Cold}
		sameAfterJSON(t, c)
		if err := c.validate(16); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	r := start(t, tiny(1_000_000), Options{Sampler: SamplerBoth, SamplerShare: new(1.0)})
	do(t, r, Command{Kind: Respond, Latent: 1})
	eventually(t, r, "an epoch", func(s *Snapshot) bool { return s.Epoch > 0 })
	do(t, r, Command{Kind: Stop})
	s := r.Wait()
	if s.Lattice == nil || s.History.Epochs == 0 || len(s.Events) == 0 || s.Exact.MagnetizationSquared == nil {
		t.Fatalf("the snapshot has empty parts: %+v", s)
	}
	full := *s
	lattice := *s.Lattice
	lattice.Fixed = &Fixed{Latent: 3, Value: -0.75}
	full.Lattice = &lattice
	full.Examination = &Examination{Latent: 3, Histogram: []float32{0.1}, Mean: Measured{0.1, 1.0 / 3}, Partners: []Partner{{Latent: 2}}}
	lattice.Magnetization, lattice.CorrelationLength = 0.1, 1.0/3
	full.Strip = &Strip{Draw: 1, Side: 2, Frames: []Frame{{Epoch: 3, Spins: []int8{1, -1, 1, 1}, Magnetization: 0.5}}}
	full.Gallery = &Gallery{Epoch: 3, Draw: 1, Lattices: []Lattice{lattice}, CorrelationLength: 1.0 / 7}
	full.Response = &Response{Map: []float32{1.5}, Error: []float32{0.1}}
	full.Levels = &Levels{L: 2, Coarse: [][]float32{{1.5, 0.1, 3, 4}, {0.7}}, Zero: [][]float32{{1}}, Drawn: [][]float32{{2}}}
	full.Information = &Information{
		Epoch: 3, Spacing: 1, Samples: 400, Sites: []int{0, 1}, Levels: []int{1, 0}, Sizes: []int{1, 1},
		Latents: Relations{Values: []float32{0, 0.0123, 0.0123, 0}, Baseline: 1e-4, Noise: 0.01, ByLevel: []MeanInformation{{Levels: [2]int{0, 1}, Pairs: 1, Value: 0.0123, Error: 0.01}}},
		Fields:  Relations{Values: []float32{0, 0.5, 0.5, 0}, ByDistance: []MeanInformation{{Distance: 1, Pairs: 1, Value: 0.5}}},

		TotalCorrelation: TotalCorrelation{Value: 1, Error: 2, Lower: 3, LowerError: 4, Upper: 5, UpperError: 6},
	}
	full.Inquiry = &Inquiry{Spacing: 1, Epoch: 4, Part: 0.25, Stage: "fields", Done: 3, Total: 7, Error: "z", Hint: "w"}
	full.Samplers = []SamplerReport{{Space: SamplerLatent, M2: 1.0 / 3, Trace: []float32{0.1, 0.7}}}
	full.Judgement = &Judgement{Epoch: 3, ForwardESS: 1.0 / 7, Warning: "z"}
	full.Error, full.Hint = "x", "y"
	sameAfterJSON(t, full)
	plainType(t, reflect.TypeFor[Snapshot](), "Snapshot")
	plainType(t, reflect.TypeFor[Command](), "Command")
}

func sameAfterJSON[T any](t *testing.T, want T) {
	t.Helper()
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got T
	if err := json.Unmarshal(data, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v came back as %+v, %v", want, got, err)
	}
}

// plainType refuses what cannot cross a socket, or would take the program with
// it; every type must be of this package or one that holds configurations.
func plainType(t *testing.T, typ reflect.Type, path string) {
	t.Helper()
	switch typ.Kind() {
	case reflect.Func, reflect.Chan, reflect.Interface, reflect.UnsafePointer, reflect.Map:
		t.Errorf("%s is a %s", path, typ.Kind())
	case reflect.Pointer, reflect.Slice, reflect.Array:
		plainType(t, typ.Elem(), path+"[]")
	case reflect.Struct:
		switch typ.PkgPath() {
		case "neuralrg/training/run", "neuralrg/training":
		default:
			if typ.Name() != "Shape" {
				t.Errorf("%s is a %s", path, typ)
			}
		}
		for f := range typ.NumField() {
			field := typ.Field(f)
			if !field.IsExported() {
				t.Errorf("%s.%s does not cross", path, field.Name)
			}
			plainType(t, field.Type, path+"."+field.Name)
		}
	}
}
