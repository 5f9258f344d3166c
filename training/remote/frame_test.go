package remote

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"neuralrg/training/run"
)

// Every kind of message arrives as it was sent.
func TestMessages(t *testing.T) {
	arrives(t, newHello(), maxOrder)
	arrives(t, hello{Program: program, Protocol: 7, Version: "9", Refused: "no room"}, maxReport)
	for _, k := range []run.Kind{run.Pause, run.Resume, run.SetRate, run.SetSampler, run.Redraw, run.Respond, run.Examine, run.Inform, run.Fix, run.Release, run.Coarsen, run.Save, run.Stop, run.ResetChains, run.SetTrajectory, run.Tune} {
		arrives(t, order{Number: 1<<64 - 1, Command: run.Command{Kind: k, Value: 0.1, Latent: 5, Sampler: run.SamplerBoth, Leapfrogs: 7, Start: run.Cold}}, maxOrder)
	}
	arrives(t, report{Answer: newAnswer(4, nil)}, maxReport)
	arrives(t, report{Answer: newAnswer(5, errOver)}, maxReport)
	arrives(t, report{News: &news{
		Fields:  map[string]json.RawMessage{"phase": json.RawMessage(`"paused"`)},
		History: json.RawMessage(`{"epochs":0}`), Epochs: json.RawMessage(`[{"epoch":3}]`), Last: true,
	}}, maxReport)
	if err := newAnswer(5, errOver).err(); err.Error() != errOver.Error() || hintOf(err) != hintOf(errOver) {
		t.Errorf("a refusal came back as %v, hint %q", err, hintOf(err))
	}
}

func arrives[T any](t *testing.T, message T, most int) {
	t.Helper()
	frame, err := encode(message, most)
	if err != nil {
		t.Fatal(err)
	}
	var got T
	rest := bytes.NewReader(frame)
	if err := decode(rest, &got, most); err != nil || !reflect.DeepEqual(got, message) || rest.Len() != 0 {
		t.Errorf("%+v came as %+v, %v", message, got, err)
	}
	for cut := range frame {
		if err := decode(bytes.NewReader(frame[:cut]), &got, most); err == nil {
			t.Fatalf("%d of %d bytes are a message", cut, len(frame))
		}
	}
}

func head(size uint32) string { return string(binary.BigEndian.AppendUint32(nil, size)) }

func TestFramesThatAreNone(t *testing.T) {
	for name, text := range map[string]string{
		"empty":         head(0),
		"too large":     head(maxOrder+1) + strings.Repeat(" ", maxOrder+1),
		"negative":      head(0xffffffff),
		"torn":          head(10) + "{}",
		"not JSON":      head(4) + "what",
		"another shape": head(2) + "[]",
	} {
		var o order
		if err := decode(strings.NewReader(text), &o, maxOrder); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := encode(strings.Repeat("x", 100), 50); err == nil {
		t.Error("a message larger than allowed was made")
	}
}

// A length that is claimed takes no memory before the bytes have come.
func TestClaimedLengthTakesNoMemory(t *testing.T) {
	text := head(maxReport) + "{"
	const times = 10
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range times {
		var r report
		if err := decode(strings.NewReader(text), &r, maxReport); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	if used := (after.TotalAlloc - before.TotalAlloc) / times; used > 1<<17 {
		t.Errorf("it took %d bytes", used)
	}
}

// FuzzOrders decodes what a viewer may send.
func FuzzOrders(f *testing.F) {
	for _, message := range []any{newHello(), order{3, run.Command{Kind: run.SetRate, Value: 0.1}}} {
		frame, err := encode(message, maxOrder)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(frame)
	}
	f.Add([]byte(head(0xffffffff)))
	f.Fuzz(func(t *testing.T, data []byte) {
		stream := bytes.NewReader(data)
		var h hello
		if decode(stream, &h, maxOrder) == nil {
			_ = h.check()
		}
		for {
			var o order
			if decode(stream, &o, maxOrder) != nil {
				return
			}
			frame, err := encode(o, maxReport) // an escape is longer than what it stands for
			if err != nil {
				t.Fatal(err)
			}
			var again order
			if err := decode(bytes.NewReader(frame), &again, maxReport); err != nil || again != o {
				t.Fatalf("%+v became %+v, %v", o, again, err)
			}
		}
	})
}

// FuzzReports decodes what a run may send, and applies it. No news may change a
// snapshot that was shown, or make one that cannot be drawn.
func FuzzReports(f *testing.F) {
	r := newFake()
	r.epochs(2)
	var none *image
	i := none.next(r.feed.Latest())
	n, err := i.news(0, 0)
	if err != nil {
		f.Fatal(err)
	}
	for _, message := range []any{report{News: &n}, report{Answer: newAnswer(2, errOver)}} {
		frame, err := encode(message, maxReport)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(frame)
	}
	f.Add([]byte(head(61) + `{"news":{"fields":{"lattice":{"L":4,"x":[1],"spins":[1]}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		stream, latest := bytes.NewReader(data), r.feed.Latest()
		kept := *latest
		for {
			var r report
			if decode(stream, &r, maxReport) != nil {
				break
			}
			if r.Answer != nil {
				_ = r.Answer.err()
			}
			if r.News == nil {
				continue
			}
			s, err := r.News.apply(latest)
			if err != nil {
				break
			}
			if l := s.Lattice; l != nil && len(l.X) != s.Config.Sites() {
				t.Fatalf("a lattice of %d fields came through", len(l.X))
			}
			latest = s
		}
		if !reflect.DeepEqual(*r.feed.Latest(), kept) {
			t.Fatal("a snapshot that was shown changed")
		}
	})
}
