package run

import (
	"context"
	"sync"
	"testing"
	"time"
)

func TestFeedGivesEveryReaderTheLastValue(t *testing.T) {
	const values, readers = 2000, 32
	f := NewFeed[int]()
	var wg sync.WaitGroup
	for reader := range readers {
		wg.Go(func() {
			last := 0
			for v := range f.Follow(t.Context()) {
				if v <= last {
					t.Errorf("reader %d: %d after %d", reader, v, last)
				}
				last = v
				if reader%4 == 0 {
					time.Sleep(time.Millisecond) // slow: skips values
				}
			}
			if last != values {
				t.Errorf("reader %d ended with %d, want %d", reader, last, values)
			}
		})
	}
	for v := range values {
		f.Publish(v + 1)
	}
	f.Close()
	f.Close()
	wg.Wait()
	if got := f.Latest(); got != values {
		t.Errorf("Latest() = %d after Close, want %d", got, values)
	}
}

func TestFeedWriterNeverWaits(t *testing.T) {
	f := NewFeed[int]()
	blocked, release := make(chan struct{}), make(chan struct{})
	last := make(chan int)
	go func() {
		v := 0
		for v = range f.Follow(t.Context()) {
			if v == 1 {
				close(blocked)
				<-release
			}
		}
		last <- v
	}()
	f.Publish(1)
	<-blocked
	for v := 2; v <= 10_000; v++ { // would never end if a reader could hold it up
		f.Publish(v)
	}
	f.Close()
	close(release)
	if v := <-last; v != 10_000 {
		t.Errorf("the blocked reader ended with %d, want 10000", v)
	}
}

func TestFeedYieldsOnlyWhatIsNew(t *testing.T) {
	f := NewFeed[string]()
	if got := f.Latest(); got != "" {
		t.Errorf("Latest() = %q before the first value", got)
	}
	f.Publish("a")
	f.Close()
	var got []string
	for v := range f.Follow(t.Context()) {
		got = append(got, v)
	}
	if len(got) != 1 || got[0] != "a" {
		t.Errorf("a closed feed yielded %q, want one a", got)
	}

	never := NewFeed[string]()
	never.Close()
	for v := range never.Follow(t.Context()) {
		t.Errorf("a feed closed empty yielded %q", v)
	}
}

func TestFeedFollowEnds(t *testing.T) {
	f := NewFeed[int]()
	f.Publish(1)
	for range f.Follow(t.Context()) {
		break // the reader's wish
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range f.Follow(ctx) {
		cancel() // then the loop must not wait for a second value
	}
	for v := range f.Follow(ctx) {
		t.Errorf("a done context yielded %d", v)
	}
}

func TestFeedPublishAfterClosePanics(t *testing.T) {
	f := NewFeed[int]()
	f.Close()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	f.Publish(1)
}
