package run

import (
	"os"
	"slices"
	"testing"
	"time"
)

// A glance agrees with a thorough look.
func TestGlance(t *testing.T) {
	r := start(t, tiny(1_000_000), Options{})
	dir := r.Feed().Latest().Dir
	eventually(t, r, "some epochs", func(s *Snapshot) bool { return s.Epoch > 200 })
	if g, err := GlanceAt(dir, 5); err != nil || g.Phase != Training || !g.Owner.Self() {
		t.Errorf("at work: %+v, %v", g, err)
	}
	do(t, r, Command{Kind: Stop})
	r.Wait()
	metrics, err := allMetrics(directory(dir).path(metricsName))
	if err != nil {
		t.Fatal(err)
	}
	g, err := GlanceAt(dir, 5)
	if err != nil || g.Phase != Stopped || g.Owner != nil || g.Epoch != len(metrics) || !slices.Equal(g.Last, metrics[len(metrics)-5:]) {
		t.Errorf("stopped: %+v, %v", g, err)
	}
	if err := os.Remove(directory(dir).path(metricsName)); err != nil {
		t.Fatal(err)
	}
	if g, err := GlanceAt(dir, 5); err != nil || g.Epoch != len(metrics) || len(g.Last) != 0 {
		t.Errorf("without metrics: %+v, %v", g, err)
	}
}

func TestGlancePhases(t *testing.T) {
	now := time.Now()
	beat := func(ago time.Duration) string { return now.Add(-ago).UTC().Format(time.RFC3339) }
	c := tiny(10)
	for _, x := range []struct {
		g    Glance
		want Phase
	}{
		{Glance{Epoch: 3}, Stopped},
		{Glance{Epoch: 10}, Finished},
		{Glance{Epoch: 3, Why: "no space"}, Failed},
		{Glance{Epoch: 3, Owner: &Owner{Here: true}}, Training},
		{Glance{Epoch: 3, Owner: &Owner{Here: true, Dead: true}}, Interrupted},
		{Glance{Epoch: 3, Owner: &Owner{Heartbeat: beat(10 * time.Second)}}, Training},
		{Glance{Epoch: 3, Owner: &Owner{Heartbeat: beat(time.Hour)}}, Lost},
		{Glance{Epoch: 3, Owner: &Owner{Heartbeat: "what"}}, Lost},
	} {
		x.g.Config = c
		if got := x.g.phase(now); got != x.want {
			t.Errorf("%+v is %s, want %s", x.g, got, x.want)
		}
	}
}
