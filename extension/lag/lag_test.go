package lag

import (
	"testing"
	"time"
)

const patience = 5 * time.Second

// A busy machine adds lag of its own, but never more than the whole wait.
func TestLagIsWhatTimersAreLate(t *testing.T) {
	meter := New()
	stall := func(d time.Duration) {
		// While the meter's state is locked its tick cannot be noted, as in a process that does not run.
		meter.mutex.Lock()
		time.Sleep(d)
		meter.mutex.Unlock()
	}
	atLeast := func(what string, took, lag, stalled time.Duration) {
		t.Helper()
		if lag < stalled-15*time.Millisecond || lag > took {
			t.Errorf("%s: lag %v of %v, stalled for %v", what, lag, took, stalled)
		}
	}
	before := meter.Begin()
	stall(200 * time.Millisecond)
	time.Sleep(20 * time.Millisecond)
	after := meter.Begin()
	time.Sleep(30 * time.Millisecond)
	took, lag := meter.End(after)
	if took < 30*time.Millisecond || lag > took {
		t.Errorf("a wait of %v after the stall has a lag of %v", took, lag)
	}
	took, lag = meter.End(before)
	atLeast("a wait over the stall", took, lag, 200*time.Millisecond)
	if took < 250*time.Millisecond {
		t.Errorf("it took %v", took)
	}

	// Ended before the late tick could come.
	begin := meter.Begin()
	meter.mutex.Lock()
	time.Sleep(60 * time.Millisecond)
	meter.users++ // the one that ends below must not wait for the lock after the tick has
	due := meter.due
	meter.mutex.Unlock()
	took, lag = meter.End(begin)
	if due.IsZero() {
		t.Error("no tick was due")
	}
	atLeast("an overdue tick", took, lag, 60*time.Millisecond)
	meter.End(time.Now())

	if lag := lateIn(span{before, before.Add(time.Second)}, before.Add(900*time.Millisecond)); lag != 100*time.Millisecond {
		t.Errorf("only the part within the wait counts, not %v", lag)
	}
	for range lateKept + 10 {
		meter.mutex.Lock()
		meter.remember(span{before, before})
		meter.mutex.Unlock()
	}
	if len(meter.late) != lateKept {
		t.Errorf("%d late ticks are remembered", len(meter.late))
	}
}

func TestTheMeterSleepsWhileNobodyWaits(t *testing.T) {
	meter := New()
	for range 3 {
		begin := meter.Begin()
		time.Sleep(12 * time.Millisecond)
		meter.End(begin)
		asleep := func() bool {
			meter.mutex.Lock()
			defer meter.mutex.Unlock()
			return meter.due.IsZero()
		}
		for end := time.Now().Add(patience); !asleep(); time.Sleep(tick) {
			if time.Now().After(end) {
				t.Fatal("it ticks although nobody waits")
			}
		}
	}
}

// Many short stalls are as much as one of half their sum; what is a little late on a busy machine adds nothing.
func TestShortStallsAddUp(t *testing.T) {
	begin := time.Now().Add(-time.Second)
	lagOf := func(stall time.Duration) time.Duration {
		meter := New()
		for at := range 10 {
			from := begin.Add(time.Duration(at) * 100 * time.Millisecond)
			meter.remember(span{from, from.Add(stall)})
		}
		_, lag := meter.End(begin)
		return lag
	}
	for stall, want := range map[time.Duration]time.Duration{
		80 * time.Millisecond: 400 * time.Millisecond,
		9 * time.Millisecond:  9 * time.Millisecond,
	} {
		if lag := lagOf(stall); lag != want {
			t.Errorf("ten stalls of %v are a lag of %v, not %v", stall, want, lag)
		}
	}
}
