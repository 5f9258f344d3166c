package run

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/sbinet/npyio/npz"

	"neuralrg/model"
	"neuralrg/training"
)

// sample makes a checkpoint of a tiny run, with numbers that look random.
func sample(t testing.TB) (checkpoints, checkpoint) {
	t.Helper()
	c := tiny(10)
	c.Format, c.Sampler, c.SamplerShare = Format, SamplerBoth, 0.5
	flow, err := model.New(c.Shape, 3)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	draw := func() []float32 {
		v := make([]float32, len(flow.Params))
		for i := range v {
			v[i] = random.Float32() - 0.5
		}
		return v
	}
	return newCheckpoints(t.TempDir(), c, flow), checkpoint{
		State:   training.State{Epoch: 7, Rate: 0.00123, Params: draw(), Masks: flow.Masks, M: draw(), V: draw()},
		Seconds: 12.75, Events: 3, Draw: 2, Sampler: SamplerLatent, Gap: 4.25,
	}
}

func encoded(t testing.TB, k checkpoints, c checkpoint) []byte {
	t.Helper()
	file, err := k.encode(c)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// equal compares every bit of two checkpoints that a run depends on.
func equal(a, b checkpoint) bool {
	return a.Epoch == b.Epoch && a.Rate == b.Rate && a.Seconds == b.Seconds &&
		a.Events == b.Events && a.Draw == b.Draw && a.Gap == b.Gap && a.Sampler == b.Sampler &&
		slices.Equal(a.Params, b.Params) && slices.Equal(a.Masks, b.Masks) &&
		slices.Equal(a.M, b.M) && slices.Equal(a.V, b.V)
}

func TestCheckpointComesBack(t *testing.T) {
	k, want := sample(t)
	got, err := k.decode(encoded(t, k, want))
	if err != nil || !equal(got, want) {
		t.Fatalf("decode(encode(c)) = %+v, %v", got, err)
	}
	if !bytes.Equal(encoded(t, k, want), encoded(t, k, got)) {
		t.Error("the same checkpoint gives different files")
	}
}

// An independent reader of NumPy archives must find what we wrote.
func TestCheckpointIsANumPyArchive(t *testing.T) {
	k, c := sample(t)
	file := encoded(t, k, c)
	z, err := npz.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	if want := 10 + 3*len(k.tensors); len(z.Keys()) != want {
		t.Errorf("%d arrays, want %d", len(z.Keys()), want)
	}
	var epoch int64
	var rate float64
	var config []uint8
	for name, dst := range map[string]any{"epoch.npy": &epoch, "lr.npy": &rate, "config.npy": &config} {
		if err := z.Read(name, dst); err != nil {
			t.Fatal(err)
		}
	}
	if epoch != 7 || rate != 0.00123 {
		t.Errorf("epoch %d, lr %v", epoch, rate)
	}
	if got, err := decodeConfig(config); err != nil || got != k.config {
		t.Errorf("config %+v, %v", got, err)
	}
	for i, g := range groups(&c.State) {
		for _, tensor := range k.tensors {
			name := g.prefix + tensor.Name + ".npy"
			var values []float32
			if err := z.Read(name, &values); err != nil {
				t.Fatal(err)
			}
			if h := z.Header(name); h.Descr.Fortran || !slices.Equal(h.Descr.Shape, tensor.Shape) {
				t.Errorf("%s has shape %v, want %v", name, h.Descr.Shape, tensor.Shape)
			}
			if !slices.Equal(values, part(*groups(&c.State)[i].values, tensor)) {
				t.Errorf("%s has other values", name)
			}
		}
	}
}

func TestEveryByteOfACheckpointIsGuarded(t *testing.T) {
	k, c := sample(t)
	file := encoded(t, k, c)
	// A prime step, and every byte at both ends, where the zip has its tables.
	const step, ends = 23, 300
	stride := func(i int) int {
		if i < ends || i >= len(file)-ends {
			return 1
		}
		return step
	}
	for i := 0; i < len(file); i += stride(i) {
		altered := slices.Clone(file)
		altered[i] ^= 0x20 // also turns a letter of the checksum into a capital
		if _, err := k.decode(altered); err == nil {
			t.Fatalf("byte %d of %d altered, and nothing noticed", i, len(file))
		}
	}
	for n := 0; n < len(file); n += stride(n) {
		if _, err := k.decode(file[:n]); err == nil {
			t.Fatalf("cut to %d of %d bytes, and nothing noticed", n, len(file))
		}
	}
	if _, err := k.decode(append(slices.Clone(file), 0)); err == nil {
		t.Error("a byte added, and nothing noticed")
	}
}

func TestReadArrayBelievesNothing(t *testing.T) {
	a := newArchive()
	a.add("v", []float32{1, 2, 3}, 3)
	a.add("format", int64(2))
	file, err := a.seal()
	if err != nil {
		t.Fatal(err)
	}
	arrays, err := openArchive(file)
	if err != nil {
		t.Fatal(err)
	}
	dst := make([]float32, 3)
	for name, err := range map[string]error{
		"absent":          readArray(arrays, "w", dst, 3),
		"shorter":         readArray(arrays, "v", dst[:2], 2),
		"other shape":     readArray(arrays, "v", dst, 3, 1),
		"other type":      readArray(arrays, "v", new(float64)),
		"shape too large": readArray(arrays, "v", dst, 1<<40),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := readArray(arrays, "v", dst, 3); err != nil || !slices.Equal(dst, []float32{1, 2, 3}) {
		t.Errorf("%v, %v", dst, err)
	}
	k, _ := sample(t)
	if _, err := k.fromArrays(arrays); err == nil || hintOf(err) == "" {
		t.Errorf("a checkpoint of format 2 gives %v without a hint", err)
	}
}

// FuzzCheckpoint seals whatever comes, so that the parser behind the checksum
// is reached too.
func FuzzCheckpoint(f *testing.F) {
	k, c := sample(f)
	file := encoded(f, k, c)
	f.Add(file[:len(file)-sealSize])
	f.Add(file[:len(file)/2])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, body []byte) {
		sealed := append(slices.Clone(body), checksum(body)...)
		got, err := k.decode(sealed)
		if err == nil && got.validate() != nil {
			t.Errorf("decoded what is not valid: %+v", got)
		}
		_, _ = k.decode(body)
		_, _ = readZip(body)
	})
}
