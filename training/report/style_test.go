package report

import (
	"image"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"neuralrg/training/run"
)

// labels are those of the marks that have one.
func labels(marks []plot.Tick) (words []string) {
	for _, m := range marks {
		if m.Label != "" {
			words = append(words, m.Label)
		}
	}
	return words
}

func TestMarks(t *testing.T) {
	for _, c := range []struct {
		ticker    plot.Ticker
		low, high float64
		want      string
	}{
		{evenly{}, 0, 1, "0 0.2 0.4 0.6 0.8 1.0"},
		{evenly{}, -593, -567, "−590 −585 −580 −575 −570"},
		{evenly{}, -7.4, 7.4, "−5 0 5"},
		{evenly{}, 0.0121, 0.0139, "0.0125 0.0130 0.0135"},
		{evenly{}, 3, 3, ""},
		{evenly{}, 0, math.Inf(1), ""},
		{decades{}, 0, 3.6, "1 10 100 1000"},
		{decades{}, -0.4, 0.5, "0.5 1 2"},
		{decades{}, math.Log10(1.4), math.Log10(45), "2 5 10 20"},
		{decades{}, math.Log10(1.44), math.Log10(1.9), "1.5 1.6 1.7 1.8 1.9"},
		{decades{}, math.Log10(0.6), math.Log10(1.3), "0.6 0.8 1.0 1.2"},
		{decades{}, -1e9, 1e9, ""},
		{counts{}, 0.5, 4.5, "1 2 3 4"},
	} {
		if got := strings.Join(labels(c.ticker.Ticks(c.low, c.high)), " "); got != c.want {
			t.Errorf("%T from %v to %v: %q", c.ticker, c.low, c.high, got)
		}
	}
}

// TestValuesThatHaveNoPlace are left out, on all axes, and nothing panics.
func TestValuesThatHaveNoPlace(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	values := []float64{nan, inf, -inf, 0, -1, 1e-300, 2, 3}
	for _, log := range []bool{false, true} {
		p := newPanel("", "x", "y").logarithmic(log, log)
		p.within("curve", hue(0), values, slices.Clone(values), values)
		p.dots("dots", hue(1), values, values, values)
		p.level("level", nan)
		p.line("one point", stroke(hue(2), 0), []float64{nan, 2}, []float64{nan, 3})
		empty := newPanel("", "x", "y").logarithmic(log, log)
		empty.line("nothing", stroke(hue(0), 0), nil, nil)
		picture := newPicture("picture", around("v", values), values, 4)
		s := sheet{diagrams(40*vg.Millimeter, []*panel{p, empty}), gallery(from0("v", nil), 2, 30*vg.Millimeter, picture)}
		for _, encode := range []func() ([]byte, error){s.svg, s.png} {
			if data, err := encode(); err != nil || len(data) == 0 {
				t.Errorf("%d bytes, %v", len(data), err)
			}
		}
		if err := s.err(); err != nil {
			t.Error(err)
		}
		want := 4 // -1, 0, 2, 3 and 1e-300
		if log {
			want = 3
		}
		if got := len(p.points(values, values)); got != want+1 && !log || got != want && log {
			t.Errorf("logarithmic %v: %d points", log, got)
		}
	}
}

// TestScale: a picture shows values where they are, with white for 0.
func TestScale(t *testing.T) {
	s := around("v", []float64{1, -4, math.NaN(), math.Inf(-1)})
	if s.low != -4 || s.high != 4 {
		t.Fatalf("from %v to %v", s.low, s.high)
	}
	img := s.image([]float64{-4, 0, 4, math.NaN()}, 2)
	side := img.Bounds().Dx()
	at := func(row, column int) [3]uint32 {
		r, g, b, _ := img.At(column*side/2+1, row*side/2+1).RGBA()
		return [3]uint32{r >> 8, g >> 8, b >> 8}
	}
	if at(0, 1) != [3]uint32{255, 255, 255} || at(1, 1) != [3]uint32{uint32(blank.R), uint32(blank.G), uint32(blank.B)} {
		t.Errorf("0 is %v, nothing is %v", at(0, 1), at(1, 1))
	}
	if low, high := at(0, 0), at(1, 0); !(low[2] > low[0]) || !(high[0] > high[2]) {
		t.Errorf("the lowest is %v, the highest %v", low, high)
	}
}

func TestTable(t *testing.T) {
	a := newTable("run", "gap [nats]", "ess [1]", "n [1]")
	a.add("a|b", 2.557359123456789, math.NaN(), 7)
	if got, want := string(a.csv()), "run,gap [nats],ess [1],n [1]\na|b,2.557359123456789,,7\n"; got != want {
		t.Errorf("%q", got)
	}
	if got, want := a.markdown(), "| run | gap [nats] | ess | n |\n| --- | --- | --- | --- |\n| a\\|b | 2.5574 | – | 7 |\n"; got != want {
		t.Errorf("%q", got)
	}
	if got, err := a.MarshalJSON(); err != nil || string(got) != `[{"ess [1]":null,"gap [nats]":2.557359123456789,"n [1]":7,"run":"a|b"}]` {
		t.Errorf("%s, %v", got, err)
	}
}

// TestCourseLosesNoEpoch: the bins have all epochs, each once.
func TestCourseLosesNoEpoch(t *testing.T) {
	var h run.History
	sum, variance, lowest := 0.0, 0.0, math.Inf(1)
	const epochs = 5000
	for i := range epochs {
		m := run.Metrics{Epoch: i + 1, FreeEnergy: 900/float64(i+1) + math.Sin(float64(i)), FreeEnergyError: 1 + math.Cos(float64(i))/2}
		h = h.Append(m)
		sum, variance, lowest = sum+m.FreeEnergy, variance+m.FreeEnergyError*m.FreeEnergyError, min(lowest, m.FreeEnergy)
	}
	r := &record{Snapshot: &run.Snapshot{History: h}}
	c := r.course()
	var got, gotVariance, count, before float64
	for i, middle := range c.epoch {
		n := 2 * (middle - before - 0.5) // epochs from before+1 to 2 middle - before - 1
		got, gotVariance, count = got+n*c.freeEnergy[i], gotVariance+n*n*c.err[i]*c.err[i], count+n
		before += n
	}
	if count != epochs || math.Abs(got-sum) > 1e-8*math.Abs(sum) || math.Abs(gotVariance-variance) > 1e-8*variance || slices.Min(c.low) != lowest {
		t.Errorf("%v epochs, sums %v and %v, lowest %v", count, got-sum, gotVariance-variance, slices.Min(c.low)-lowest)
	}
	if len(c.epoch) > 300 {
		t.Errorf("%d bins", len(c.epoch))
	}
}

// TestFrugal: an image of few colours stays as it is; those of many become near
// ones.
func TestFrugal(t *testing.T) {
	for colours, most := range map[int]int{200: 0, 2000: 8} {
		img := image.NewRGBA(image.Rect(0, 0, 100, 100))
		for i := range 100 * 100 {
			k := i * i % colours
			img.SetRGBA(i%100, i/100, color.RGBA{R: uint8(k % 256), G: uint8(k / 256), B: 7, A: 255})
		}
		small := frugal(img)
		if len(small.Palette) > 256 {
			t.Errorf("%d colours in the palette", len(small.Palette))
		}
		for i := range 100 * 100 {
			was, is := img.RGBAAt(i%100, i/100), color.RGBAModel.Convert(small.At(i%100, i/100)).(color.RGBA)
			if far := distance(was, is); far > most {
				t.Fatalf("of %d colours %v is now %v", colours, was, is)
			}
		}
	}
}
