package serve

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"neuralrg/training/run"
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
	run.Release, run.Inform, run.Coarsen, run.Save, run.Stop, run.ResetChains, run.SetTrajectory, run.Tune,
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
