package serve

import (
	"context"
	"io"
	"time"
)

// keyboard is what a client types. It comes no faster than anybody types, so that
// a flood fills the client's own buffers, and ends the screen when it has been
// still for long.
type keyboard struct {
	from   io.Reader
	rate   float64 // bytes a second in the long run
	burst  float64 // bytes at once
	here   context.Context
	idle   time.Duration
	silent *time.Timer

	saved float64 // bytes that may come now
	since time.Time
}

func newKeyboard(here context.Context, v *session, idle time.Duration, silent func()) *keyboard {
	l := v.server.limits
	return &keyboard{
		from: v.Channel, rate: float64(l.typed), burst: float64(l.burst), here: here,
		idle: idle, silent: time.AfterFunc(idle, silent), saved: float64(l.burst), since: time.Now(),
	}
}

func (k *keyboard) stop() { k.silent.Stop() }

// Read reads what may come now.
func (k *keyboard) Read(p []byte) (int, error) {
	now := time.Now()
	k.saved = min(k.burst, k.saved+k.rate*now.Sub(k.since).Seconds())
	k.since = now
	if k.saved < 1 {
		wait := time.NewTimer(time.Duration(float64(time.Second) / k.rate))
		defer wait.Stop()
		select {
		case <-wait.C:
			k.saved = 1
		case <-k.here.Done():
			return 0, io.EOF
		}
	}
	n, err := k.from.Read(p[:min(len(p), int(k.saved))])
	k.saved -= float64(n)
	if n > 0 {
		k.silent.Reset(k.idle)
	}
	return n, err
}
