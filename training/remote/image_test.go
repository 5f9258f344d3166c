package remote

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"neuralrg/training/run"
)

// Viewers who see every image, some of them, or all after a long sleep have the
// same snapshot as the run, while a fresh one gets everything at once.
func TestNewsBringEveryViewerUpToDate(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 0))
	f := newFake()
	var last *image
	viewers := make([]struct {
		number, epoch int
		has           *run.Snapshot
	}, 4)
	for n := range viewers {
		viewers[n].has = new(run.Snapshot)
	}
	for step := range 200 {
		change(f, random)
		last = last.next(f.feed.Latest())
		for n := range viewers {
			v := &viewers[n]
			if step%(1+n*n) != 0 {
				continue
			}
			news, err := last.news(v.number, v.epoch)
			if err != nil {
				t.Fatal(err)
			}
			before := *v.has
			got, err := roundTrip(t, news).apply(v.has)
			if err != nil {
				t.Fatal(err)
			}
			if !sameJSON(t, got, f.feed.Latest()) {
				t.Fatalf("step %d, viewer %d has\n%+v\nof\n%+v", step, n, got, f.feed.Latest())
			}
			if !reflect.DeepEqual(*v.has, before) {
				t.Fatal("an earlier snapshot changed")
			}
			v.number, v.epoch, v.has = last.number, lastEpoch(last.snapshot), got
		}
	}
}

// change does to a run some of what happens to runs.
func change(f *fake, random *rand.Rand) {
	if random.IntN(3) > 0 {
		f.epochs(random.IntN(4))
	}
	f.publish(func(s *run.Snapshot) {
		s.EpochsPerSecond = random.Float64()
		switch random.IntN(9) {
		case 0:
			s.Lattice = &run.Lattice{Epoch: s.Epoch, L: 4, X: fields16(random), Spins: make([]int8, 16), CorrelationLength: random.Float64()}
			s.Strip = &run.Strip{Side: 4, Frames: []run.Frame{{Epoch: s.Epoch, Spins: make([]int8, 16)}}}
			s.Gallery = &run.Gallery{Epoch: s.Epoch, Lattices: []run.Lattice{*s.Lattice}}
		case 1:
			s.Response = &run.Response{Epoch: s.Epoch, Latent: random.IntN(16), L: 4, Map: fields16(random), Error: fields16(random)}
			s.Levels = &run.Levels{Epoch: s.Epoch, L: 4}
			for k := range 3 {
				s.Levels.Coarse = append(s.Levels.Coarse, fields16(random)[:16>>(2*k)])
				s.Levels.Zero, s.Levels.Drawn = append(s.Levels.Zero, fields16(random)), append(s.Levels.Drawn, fields16(random))
			}
		case 2:
			s.Lattice, s.Response, s.Levels, s.Strip, s.Gallery = nil, nil, nil, nil, nil
		case 3:
			s.Events = append(s.Events[:len(s.Events):len(s.Events)], run.Event{Epoch: s.Epoch, Kind: "rate", Text: "<new>"})
		case 4:
			s.Samplers = []run.SamplerReport{{Space: run.SamplerLatent, M2: random.Float64(), Trace: fields16(random)}}
			s.Judgement = &run.Judgement{Epoch: s.Epoch, ReverseESS: random.Float64(), Warning: "too much"}
		case 5:
			s.Samplers = nil
		case 6:
			s.Information, s.Inquiry = sampleInformation(random), nil
		case 7:
			s.Inquiry = &run.Inquiry{Spacing: 1, Epoch: s.Epoch, Stage: "latents", Done: random.IntN(100), Total: 100}
		}
	})
}

// sampleInformation is of 4 sites of two levels.
func sampleInformation(random *rand.Rand) *run.Information {
	return &run.Information{
		Spacing: 1, Samples: 400, Sites: []int{0, 1, 4, 5}, Levels: []int{1, 0}, Sizes: []int{1, 3},
		Fields: run.Relations{Values: fields16(random)}, Latents: run.Relations{Values: fields16(random)},
	}
}

func fields16(random *rand.Rand) []float32 {
	x := make([]float32, 16)
	for i := range x {
		x[i] = float32(random.NormFloat64())
	}
	return x
}

// roundTrip is a message as it arrives.
func roundTrip[T any](t *testing.T, message T) T {
	t.Helper()
	var got T
	data, err := json.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	return got
}

// sameJSON compares what JSON tells of two values: it does not tell an empty
// list from none.
func sameJSON(t *testing.T, a, b any) bool {
	t.Helper()
	x, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(x) == string(y)
}

// What has not changed is not sent.
func TestNewsAreOnlyNew(t *testing.T) {
	f := newFake()
	f.publish(func(s *run.Snapshot) {
		s.Lattice = &run.Lattice{L: 4, X: make([]float32, 16), Spins: make([]int8, 16)}
	})
	f.epochs(5)
	var none *image
	first := none.next(f.feed.Latest())
	f.epochs(2)
	second := first.next(f.feed.Latest())
	news, err := second.news(first.number, 5)
	if err != nil {
		t.Fatal(err)
	}
	if len(news.Fields) != 1 || string(news.Fields["epoch"]) != "7" || news.History != nil {
		t.Errorf("the news are %s", news.Fields)
	}
	var epochs []run.Metrics
	if err := json.Unmarshal(news.Epochs, &epochs); err != nil || len(epochs) != 2 || epochs[0].Epoch != 6 {
		t.Errorf("the new epochs are %+v, %v", epochs, err)
	}
}

// A value that JSON has no word for leaves its field as it was.
func TestNotANumberDoesNotCross(t *testing.T) {
	f := newFake()
	var none *image
	first := none.next(f.feed.Latest())
	f.publish(func(s *run.Snapshot) { s.Rate, s.EpochsPerSecond = math.NaN(), 3 })
	news, err := first.next(f.feed.Latest()).news(first.number, 0)
	if err != nil || len(news.Fields) != 1 || string(news.Fields["epochs_per_second"]) != "3" {
		t.Errorf("the news are %s, %v", news.Fields, err)
	}
}

// Whatever cannot be drawn is refused.
func TestSenselessNews(t *testing.T) {
	good := *newFake().feed.Latest()
	for name, text := range map[string]string{
		"wrong type":     `{"fields":{"epoch":"x"}}`,
		"no list":        `{"epochs":{}}`,
		"no history":     `{"history":3}`,
		"short lattice":  `{"fields":{"lattice":{"L":4,"x":[1],"spins":[1]}}}`,
		"large lattice":  `{"fields":{"lattice":{"L":1000000000,"x":[],"spins":[]}}}`,
		"short response": `{"fields":{"response":{"L":4,"map":[1],"error":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}}}`,
		"no errors":      `{"fields":{"response":{"L":4,"map":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}}}`,
		"far response":   `{"fields":{"response":{"L":4,"latent":16,"map":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"error":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}}}`,
		"no levels":      `{"fields":{"levels":{"L":4}}}`,
		"a long strip":   `{"fields":{"strip":{"side":4,"frames":[{"spins":[1]}]}}}`,
		"no gallery":     `{"fields":{"gallery":{}}}`,
		"no size":        `{"fields":{"config":{}}}`,
		"no information": `{"fields":{"information":{}}}`,
	} {
		var n news
		if err := json.Unmarshal([]byte(text), &n); err != nil {
			t.Fatal(err)
		}
		if s, err := n.apply(&good); err == nil {
			t.Errorf("%s makes %+v", name, s)
		}
	}
	later := news{Fields: map[string]json.RawMessage{"colour": json.RawMessage("1"), "epoch": json.RawMessage("3")}}
	if s, err := later.apply(&good); err != nil || s.Epoch != 3 {
		t.Errorf("a field of a later version makes %+v, %v", s, err)
	}
}

// An information is of sites of the lattice and of their levels, or is refused.
func TestSenselessInformation(t *testing.T) {
	good := *newFake().feed.Latest()
	random := rand.New(rand.NewPCG(5, 0))
	for name, change := range map[string]func(*run.Information){
		"":                 func(*run.Information) {},
		"a site beyond":    func(i *run.Information) { i.Sites[2] = 16 },
		"a site before":    func(i *run.Information) { i.Sites[2] = -1 },
		"short fields":     func(i *run.Information) { i.Fields.Values = i.Fields.Values[1:] },
		"no latents":       func(i *run.Information) { i.Latents.Values = nil },
		"levels too many":  func(i *run.Information) { i.Levels = append(i.Levels, 0) },
		"sizes too large":  func(i *run.Information) { i.Sizes[1]++ },
		"an empty level":   func(i *run.Information) { i.Sizes = []int{4, 0} },
		"a negative level": func(i *run.Information) { i.Sizes = []int{5, -1} },
		"sites too many": func(i *run.Information) {
			i.Sites, i.Sizes = make([]int, 17), []int{16, 1}
			i.Fields.Values, i.Latents.Values = make([]float32, 17*17), make([]float32, 17*17)
		},
	} {
		i := sampleInformation(random)
		change(i)
		data, err := json.Marshal(i)
		if err != nil {
			t.Fatal(err)
		}
		n := news{Fields: map[string]json.RawMessage{"information": data}}
		if _, err := n.apply(&good); (err == nil) != (name == "") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// However long a run is, its whole history fits into a message, which is far
// from the largest.
func TestLongHistoryFits(t *testing.T) {
	s := *newFake().feed.Latest()
	for epoch := range 100_000 {
		v := 1 / float64(3+epoch)
		s.History = s.History.Append(run.Metrics{
			Epoch: epoch + 1, Seconds: v, Loss: v, FreeEnergy: -v, FreeEnergyStd: v, FreeEnergyError: v,
			Gap: v, ESS: v, Rate: v, GradNorm: v,
		})
	}
	var none *image
	n, err := none.next(&s).news(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	frame, err := encode(report{News: &n}, maxReport)
	if err != nil || len(frame) > maxReport/4 {
		t.Errorf("the message has %d bytes, %v", len(frame), err)
	}
	t.Logf("%d bytes", len(frame))
}

// A viewer who has missed more epochs than the history has in full gets the
// whole history again.
func TestViewerLeftFarBehind(t *testing.T) {
	f := newFake()
	f.epochs(5)
	var none *image
	first := none.next(f.feed.Latest())
	n, err := first.news(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	has, err := n.apply(new(run.Snapshot))
	if err != nil {
		t.Fatal(err)
	}
	f.epochs(10_000)
	if n, err = first.next(f.feed.Latest()).news(first.number, 5); err != nil {
		t.Fatal(err)
	}
	if has, err = n.apply(has); err != nil || !sameJSON(t, has, f.feed.Latest()) {
		t.Errorf("it has %d epochs, %v", has.History.Epochs, err)
	}
}
