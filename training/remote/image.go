package remote

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"neuralrg/training/run"
)

// image is a snapshot in pieces, each encoded at most once for all viewers. It
// knows what has changed since earlier images, and never changes itself.
type image struct {
	number   int // 1 is the first
	snapshot *run.Snapshot
	pieces   []piece                         // one for each of fields
	before   int                             // the last epoch of the image before
	epochs   func() (json.RawMessage, error) // those that have come since
	history  func() (json.RawMessage, error) // the whole
}

// piece is a field of a snapshot.
type piece struct {
	data    json.RawMessage
	changed int // number of the image in which it last changed
}

// fields are the fields of a snapshot, by their names in JSON, but for the
// history.
var fields = func() (all []reflect.StructField) {
	for _, f := range reflect.VisibleFields(reflect.TypeFor[run.Snapshot]()) {
		if f.Name != "History" {
			all = append(all, f)
		}
	}
	return all
}()

func name(f reflect.StructField) string {
	tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return tag
}

// next makes the image that follows one, which is nil before the first.
func (old *image) next(s *run.Snapshot) *image {
	if old == nil {
		old = &image{snapshot: new(run.Snapshot), pieces: make([]piece, len(fields))}
	}
	i := &image{number: old.number + 1, snapshot: s, pieces: make([]piece, len(fields)), before: lastEpoch(old.snapshot)}
	i.epochs = sync.OnceValues(func() (json.RawMessage, error) { return epochsAfter(s, i.before) })
	i.history = sync.OnceValues(func() (json.RawMessage, error) { return json.Marshal(s.History) })
	was, is := reflect.ValueOf(old.snapshot).Elem(), reflect.ValueOf(s).Elem()
	for n, f := range fields {
		i.pieces[n] = old.pieces[n]
		value := is.FieldByIndex(f.Index).Interface()
		if reflect.DeepEqual(value, was.FieldByIndex(f.Index).Interface()) {
			continue
		}
		if data, err := json.Marshal(value); err == nil { // else it stays as it was: JSON has no NaN
			i.pieces[n] = piece{data, i.number}
		}
	}
	return i
}

// news tells a viewer what is new since the image of a number, and since an
// epoch. It tells everything if the number is 0.
func (i *image) news(number, epoch int) (news, error) {
	changes := news{Fields: map[string]json.RawMessage{}, Last: i.snapshot.Phase.Over()}
	for n, p := range i.pieces {
		if p.changed > number {
			changes.Fields[name(fields[n])] = p.data
		}
	}
	var err error
	switch {
	case number == 0 || !reachesBack(i.snapshot, epoch):
		changes.History, err = i.history()
	case epoch == i.before:
		changes.Epochs, err = i.epochs()
	default: // the viewer has left out images
		changes.Epochs, err = epochsAfter(i.snapshot, epoch)
	}
	return changes, err
}

// apply makes the snapshot that news make of the one before. The one before
// stays as it is. Fields that a later version has added are left out.
func (c news) apply(before *run.Snapshot) (*run.Snapshot, error) {
	s := *before
	value := reflect.ValueOf(&s).Elem()
	for _, f := range fields {
		data, told := c.Fields[name(f)]
		if !told {
			continue
		}
		fresh := reflect.New(f.Type)
		if err := json.Unmarshal(data, fresh.Interface()); err != nil {
			return nil, fmt.Errorf("field %q: %w", name(f), err)
		}
		value.FieldByIndex(f.Index).Set(fresh.Elem())
	}
	if c.History != nil {
		s.History = run.History{}
		if err := json.Unmarshal(c.History, &s.History); err != nil {
			return nil, fmt.Errorf("history: %w", err)
		}
	}
	if c.Epochs != nil {
		if err := appendEpochs(&s, c.Epochs); err != nil {
			return nil, fmt.Errorf("epochs: %w", err)
		}
	}
	return &s, check(&s)
}

// check refuses a snapshot that could not be drawn.
func check(s *run.Snapshot) error {
	if err := s.Config.Validate(); err != nil {
		return err
	}
	sites := s.Config.Sites()
	if l := s.Lattice; l != nil && (l.L != s.Config.L || len(l.X) != sites || len(l.Spins) != sites) {
		return fmt.Errorf("a lattice of %d fields and %d spins does not fit L=%d", len(l.X), len(l.Spins), s.Config.L)
	}
	if err := s.Strip.Check(s.Config.L); err != nil {
		return err
	}
	if err := s.Gallery.Check(s.Config.L); err != nil {
		return err
	}
	if n := len(s.Latents); n != 0 && n != sites {
		return fmt.Errorf("%d latents do not fit L=%d", n, s.Config.L)
	}
	if x := s.Examination; x != nil {
		if err := x.Check(s.Config.Shape); err != nil {
			return err
		}
	}
	if r := s.Response; r != nil && (r.L != s.Config.L || len(r.Map) != sites || len(r.Error) != sites || r.Latent < 0 || r.Latent >= sites) {
		return fmt.Errorf("a response of latent %d at %d sites, with %d errors, does not fit L=%d", r.Latent, len(r.Map), len(r.Error), s.Config.L)
	}
	if i := s.Information; i != nil && !fits(i, sites) {
		return fmt.Errorf("information of %d sites does not fit L=%d", len(i.Sites), s.Config.L)
	}
	if s.Levels != nil {
		return s.Levels.Check(s.Config.Shape)
	}
	return nil
}

// fits says that an information is of sites of the lattice, each of a level.
func fits(i *run.Information, sites int) bool {
	n, ofLevels := len(i.Sites), 0
	for _, size := range i.Sizes {
		if size < 1 || size > n {
			return false
		}
		ofLevels += size
	}
	beyond := slices.ContainsFunc(i.Sites, func(site int) bool { return site < 0 || site >= sites })
	return n > 0 && n <= sites && !beyond && ofLevels == n && len(i.Levels) == len(i.Sizes) &&
		len(i.Fields.Values) == n*n && len(i.Latents.Values) == n*n
}
