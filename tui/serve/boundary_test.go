package serve

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"neuralrg/training/run"
	"neuralrg/tui"
)

// open is a run that does whatever it is told.
type open struct{ did []run.Command }

func (o *open) Feed() *run.Feed[*run.Snapshot] { return run.NewFeed[*run.Snapshot]() }

func (o *open) Do(c run.Command) error {
	o.did = append(o.did, c)
	return nil
}

// kinds are all kinds of commands that the run's text declares.
func kinds(t *testing.T) []run.Kind {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../training/run/command.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []run.Kind
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); !ok || kind.Name != "Kind" {
			return true
		}
		for _, value := range spec.Values {
			text, err := strconv.Unquote(value.(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, run.Kind(text))
		}
		return true
	})
	if len(all) < 16 || !slices.Contains(all, run.Stop) {
		t.Fatalf("the kinds are %v", all)
	}
	return all
}

// steering are the kinds that a controller may use. One that is new has to be
// thought about, and is nobody's until then.
var steering = []run.Kind{
	run.Pause, run.Resume, run.SetRate, run.SetSampler, run.Redraw, run.Respond, run.Examine, run.Fix,
	run.Release, run.Inform, run.Coarsen, run.Gather, run.Save, run.Stop, run.ResetChains, run.SetTrajectory, run.Tune,
}

// The boundary lets nothing through from a viewer or a stranger, and from a
// controller what it is known to be.
func TestBoundary(t *testing.T) {
	for _, r := range []role{viewer, controller, "", "root"} {
		for _, kind := range append(kinds(t), "", "delete", "start", "sweep", "open") {
			inner := &open{}
			err := guarded{inner, r}.Do(run.Command{Kind: kind, Latent: 1, Value: 1})
			want := r == controller && slices.Contains(steering, kind)
			if (err == nil) != want || (len(inner.did) == 1) != want {
				t.Errorf("%q asks for %q: %v, the run did %v", r, kind, err, inner.did)
			}
			if err != nil && hintOf(err) == "" {
				t.Errorf("%q asks for %q: no hint", r, kind)
			}
		}
	}
}

// Of the runs that are served there is a list, and one can be opened, with the
// boundary round it. There is no other method, and no other directory.
func TestShelf(t *testing.T) {
	t.Parallel()
	p, runs, hidden := several(t)
	for _, r := range []role{viewer, controller} {
		s := shelf{p.Server, r}
		var methods []string
		for m := range reflect.TypeOf(s).Methods() {
			if m.IsExported() {
				methods = append(methods, m.Name)
			}
		}
		if !slices.Equal(methods, []string{"List", "Open", "Read"}) {
			t.Errorf("the methods are %v", methods)
		}
		if _, can := any(s).(tui.Workshop); can {
			t.Error("runs can be made and deleted")
		}
		all, err := s.List(t.Context())
		if err != nil || len(all) != 3 || all[0].Dir != runs[0] {
			t.Errorf("the list is %v, %v", all, err)
		}
		for _, dir := range runs {
			o, err := s.Open(t.Context(), dir)
			if err != nil {
				t.Fatal(err)
			}
			if g, ok := o.Run.(guarded); !ok || g.role != r || o.Link.Watching != (r == viewer) {
				t.Errorf("a %s gets %T, %+v", r, o.Run, o.Link)
			}
			if err := o.Run.Do(run.Command{Kind: run.Save}); (err == nil) != (r == controller) {
				t.Errorf("a %s saves: %v", r, err)
			}
			if o.Run.Feed().Latest() == nil {
				t.Error("there is nothing to see")
			}
			o.Close()
			if got, err := s.Read(t.Context(), dir); err != nil || got.Config.L != 4 {
				t.Errorf("it cannot be read: %v", err)
			}
		}
		for _, dir := range []string{hidden, "", ".", "/", runs[0] + "/", runs[0] + "/../run", filepath.Dir(runs[0]), "../" + filepath.Base(runs[0])} {
			if _, err := s.Open(t.Context(), dir); err == nil || hintOf(err) == "" {
				t.Errorf("%q is opened: %v", dir, err)
			}
			if _, err := s.Read(t.Context(), dir); err == nil {
				t.Errorf("%q is read", dir)
			}
		}
	}
	for _, one := range p.runs {
		if one.now != nil {
			t.Errorf("%s stays open", one.dir)
		}
	}
}

// With several runs the screen begins with their list, from which one is opened.
func TestListOfRuns(t *testing.T) {
	t.Parallel()
	p, _, hidden := several(t)
	g := look(t, p.enter(t, p.control), 140, 40)
	g.sees("3 runs, 3 at work", "paused")
	if strings.Contains(g.text(), hidden) {
		t.Errorf("a run that is not served is listed:\n%s", g.text())
	}
	g.types("D")
	g.types("?")
	g.sees("any key closes this")
	if strings.Contains(g.text(), "delete") {
		t.Errorf("runs can be deleted:\n%s", g.text())
	}
	g.types("x\r")
	g.sees("1 lattice", "over SSH")
	g.types("R")
	g.sees("3 runs, 3 at work")
	g.types("q")
	g.sees("1 lattice")
	_ = g.session.Close()
	p.empty(t)
}
