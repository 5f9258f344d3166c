package rg

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"

	"neuralrg/model"
	"neuralrg/sampling"
)

// everySite of a lattice.
func everySite(sites int) []int {
	all := make([]int, sites)
	for i := range all {
		all[i] = i
	}
	return all
}

// smooth draws n Gaussian fields on a torus, white noise with a share of that of
// the four neighbours added, and returns their correlation coefficients by
// displacement.
func smooth(size, n int, share float64, seed uint64) (x []float32, correlation []float64) {
	random := rand.New(rand.NewPCG(seed, 1))
	sites := size * size
	filter := make([]float64, sites)
	filter[0] = 1
	for _, site := range []int{1, size - 1, size, (size - 1) * size} {
		filter[site] += share
	}
	at := func(site, by int) int { return shifted(pair{site}, size, by/size, by%size)[0] }
	x = make([]float32, sites*n)
	noise := make([]float64, sites)
	for b := range n {
		for i := range noise {
			noise[i] = random.NormFloat64()
		}
		for i := range sites {
			var sum float64
			for by, f := range filter {
				sum += f * noise[at(i, by)]
			}
			x[i*n+b] = float32(sum)
		}
	}
	correlation = make([]float64, sites)
	for d := range sites {
		for by, f := range filter {
			correlation[d] += f * filter[at(by, d)]
		}
	}
	variance := correlation[0]
	for d := range correlation {
		correlation[d] /= variance
	}
	return x, correlation
}

// TestFieldInformationOfGaussians compares the whole matrix, its averages and the
// displaced pairs with the exact information of normal variables.
func TestFieldInformationOfGaussians(t *testing.T) {
	const size, n = 4, 3000
	x, correlation := smooth(size, n, 0.4, 3)
	exact := func(a, b int) float64 {
		rows, columns := b/size-a/size+size, b%size-a%size+size
		r := correlation[rows%size*size+columns%size]
		return -math.Log1p(-r*r) / 2
	}
	sites := everySite(size * size)
	info, err := FieldInformation(context.Background(), size, x, sites, Options{Threads: 2, Pairs: 2})
	if err != nil {
		t.Fatal(err)
	}
	if info.Samples != n || info.Pairs != 2*9 {
		t.Errorf("%d pairs of %d samples", info.Pairs, info.Samples)
	}
	var average float64
	for a := range sites {
		for b := range sites {
			at := a*len(sites) + b
			q := sampling.Quantity{Value: float64(info.Value[at]), Error: float64(info.Error[at])}
			switch {
			case a == b:
				if q.Value != 0 || q.Error != 0 {
					t.Fatalf("%v on the diagonal", q)
				}
				continue
			case q.Error > 0.03 || q.Error < info.Baseline.Deviation/math.Sqrt(2)*0.999:
				t.Errorf("error %v of %d and %d, baseline %v", q.Error, a, b, info.Baseline)
			}
			near(t, "information", q, exact(a, b), 3.5)
			average += exact(a, b) / 240
		}
	}
	pairs := 0
	for _, c := range info.Classes {
		pairs += c.Pairs
		if a, b := c.Sites[0], c.Sites[1]; float32(c.Value) != info.Value[a*len(sites)+b] || float32(c.Error) != info.Error[b*len(sites)+a] {
			t.Errorf("%v in the class of %d and %d, %v in the matrix", c.Quantity, a, b, info.Value[a*len(sites)+b])
		}
	}
	if len(info.Classes) != 9 || pairs != 16*15/2 {
		t.Errorf("%d classes of %d pairs", len(info.Classes), pairs)
	}
	if got := between(info.Largest.Sites); got != 1 || info.Largest.Value < 3*info.Largest.Chance {
		t.Errorf("the largest is %+v", info.Largest)
	}
	near(t, "the average", info.ByLevel[0].Quantity, average, 3)
	for _, d := range info.ByDistance {
		if d.Distance == 1 {
			near(t, "distance 1", d.Quantity, exact(0, 1), 3)
			if d.Pairs != 32 {
				t.Errorf("%d pairs of neighbours", d.Pairs)
			}
		}
	}
}

// between is the distance of two fields on the lattice of 4 x 4.
func between(sites [2]int) float64 { return fields(4).distance(sites[0], sites[1]) }

// TestLargestByChance: of independent variables the largest exceeds its chance in
// about half of all cases.
func TestLargestByChance(t *testing.T) {
	if testing.Short() {
		t.Skip("many estimates")
	}
	const repeats = 24
	above := 0
	for i := range repeats {
		x, _ := smooth(4, 400, 0, uint64(200+i))
		info, err := FieldInformation(context.Background(), 4, x, everySite(16), Options{Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		if info.Largest.Value > info.Largest.Chance {
			above++
		}
	}
	if above < repeats/4 || above > repeats*3/4 {
		t.Errorf("%d of %d exceed chance", above, repeats)
	}
}

// TestClassesOfARealFlow: each latent pair's own information is that of its
// class, and tells the averages.
func TestClassesOfARealFlow(t *testing.T) {
	const n = 1000
	f := testFlow(t, small, 5)
	s, err := Target(context.Background(), f, false, testIsing(t, 4, 2.5), n, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	sites := everySite(16)
	info, err := LatentInformation(context.Background(), small, s.Z, sites, Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	var sum, largest float64
	values := func(site int) []float64 {
		v := make([]float64, n)
		if err := latentValues(v, s.Z, site); err != nil {
			t.Fatal(err)
		}
		return v
	}
	levels := map[[2]int][]float64{}
	for a := range sites {
		for b := range a {
			q, err := sampling.MutualInformation(values(a), values(b), 3)
			if err != nil {
				t.Fatal(err)
			}
			at := a*16 + b
			z := (q.Value - float64(info.Value[at])) / math.Hypot(q.Error, float64(info.Error[at]))
			sum += z * z / 120
			largest = max(largest, q.Value)
			if math.Abs(z) > 5 {
				t.Errorf("latents %d and %d: %v, of their class %v", a, b, q, info.Value[at])
			}
			of := [2]int{min(small.Level(a), small.Level(b)), max(small.Level(a), small.Level(b))}
			levels[of] = append(levels[of], float64(info.Value[at]))
		}
	}
	if sum > 1.2 || largest < 0.2 {
		t.Errorf("mean square deviation %v, largest information %v", sum, largest)
	}
	for _, average := range info.ByLevel {
		if want := stat.Mean(levels[average.Levels], nil); math.Abs(average.Value-want) > 1e-6 || average.Pairs != len(levels[average.Levels]) {
			t.Errorf("levels %v: %v of %d, not %v", average.Levels, average.Value, average.Pairs, want)
		}
	}
}

// TestInformationIsReproducible: no bit depends on the threads; the calls of Tell
// count up; the result is plain data.
func TestInformationIsReproducible(t *testing.T) {
	x, _ := smooth(4, 500, 0.4, 7)
	var calls []int
	one, err := FieldInformation(context.Background(), 4, x, []int{3, 0, 7}, Options{Tell: func(done, total int) {
		calls = append(calls, done, total)
	}})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(calls, []int{1, 3, 2, 3, 3, 3}) {
		t.Errorf("told %v", calls)
	}
	many, err := FieldInformation(context.Background(), 4, x, []int{3, 0, 7}, Options{Threads: 3})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(one)
	if err != nil {
		t.Fatal(err)
	}
	var back Information
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	again, _ := json.Marshal(many)
	if crossed, _ := json.Marshal(back); string(text) != string(again) || string(text) != string(crossed) {
		t.Errorf("%s and %s", text, again)
	}
	// A choice of samples is as if there were no others.
	part, err := FieldInformation(context.Background(), 4, x, []int{3, 0, 7}, Options{From: 50, To: 450})
	if err != nil {
		t.Fatal(err)
	}
	var cut []float32
	for site := range 16 {
		cut = append(cut, x[site*500+50:site*500+450]...)
	}
	alone, err := FieldInformation(context.Background(), 4, cut, []int{3, 0, 7}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(part.Value, alone.Value) || slices.Equal(part.Value, one.Value) {
		t.Errorf("a part of the samples: %v, alone %v", part.Value, alone.Value)
	}
}

func TestInformationStops(t *testing.T) {
	x, _ := smooth(4, 500, 0.4, 7)
	ctx, stop := context.WithCancel(context.Background())
	told := 0
	_, err := FieldInformation(ctx, 4, x, everySite(16), Options{Tell: func(int, int) { told++; stop() }})
	if !errors.Is(err, context.Canceled) || told != 1 {
		t.Errorf("error %v after %d classes", err, told)
	}
}

func TestInformationRefuses(t *testing.T) {
	x, _ := smooth(4, 500, 0, 7)
	broken := slices.Clone(x)
	broken[5*500+3] = float32(math.NaN())
	shape := model.Shape{L: 4}
	for name, c := range map[string]struct {
		x     []float32
		sites []int
		o     Options
	}{
		"one site":      {x, []int{1}, Options{}},
		"none":          {x, nil, Options{}},
		"twice":         {x, []int{1, 2, 1}, Options{}},
		"beyond":        {x, []int{1, 16}, Options{}},
		"before":        {x, []int{1, -1}, Options{}},
		"half a sample": {x[1:], []int{1, 2}, Options{}},
		"no samples":    {nil, []int{1, 2}, Options{}},
		"few samples":   {x, []int{1, 2}, Options{To: 300}},
		"past the end":  {x, []int{1, 2}, Options{To: 501}},
		"backwards":     {x, []int{1, 2}, Options{From: 400, To: 100}},
		"not finite":    {broken, []int{4, 5}, Options{}},
	} {
		_, err := FieldInformation(context.Background(), 4, c.x, c.sites, c.o)
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		hinted(t, err)
		if _, err := LatentInformation(context.Background(), shape, c.x, c.sites, c.o); err == nil {
			t.Errorf("%s: no error for latents", name)
		}
	}
}
