// Package lag notices when a prober is late itself, so that its own lateness is not taken for that of the network.
package lag

import (
	"sync"
	"time"
)

const (
	// tick is how finely lateness is seen; a latency bound is at least twice that.
	tick = 5 * time.Millisecond
	// lateFrom: the runtime's timers are this late on an idle machine, which is no lag.
	lateFrom = time.Millisecond
	// stallFrom: on a busy machine every tick is a little late; those that are later than this were stalled, and add up.
	stallFrom = 10 * time.Millisecond
	// lateKept late ticks are remembered: at one in 5 ms, the worst case, those of 20 s.
	lateKept = 4096
)

type span struct{ from, to time.Time }

// Meter notices when the process itself is late (starved of CPU, frozen): while anybody waits, one goroutine asks to be
// woken every few ms, and remembers when it was not. A late answer of that time says nothing about the path.
type Meter struct {
	mutex sync.Mutex
	users int
	// due is when the tick under way should come; zero while nobody waits.
	due    time.Time
	late   []span
	oldest int
	wake   chan struct{}
}

// New makes a meter, which sleeps while nobody waits.
func New() *Meter {
	meter := &Meter{wake: make(chan struct{}, 1)}
	go meter.run()
	return meter
}

// Begin is the start of a wait; every Begin has its End.
func (m *Meter) Begin() time.Time {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	now := time.Now()
	m.users++
	if m.due.IsZero() {
		m.due = now.Add(tick)
		m.wake <- struct{}{}
	}
	return now
}

// End tells how long the wait was, and how late the process was in it: its longest stall, or half of all together, whichever is more. A
// process that is frozen has one long stall, one with a CPU quota has a short one in every period of it.
func (m *Meter) End(begin time.Time) (took, lag time.Duration) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	now := time.Now()
	m.users--
	var sum time.Duration
	add := func(stall time.Duration) {
		lag = max(lag, stall)
		if stall >= stallFrom {
			sum += stall
		}
	}
	// A tick that is overdue and has not come yet is lag too: this goroutine was merely woken first.
	if !m.due.IsZero() && now.Sub(m.due) > lateFrom {
		add(lateIn(span{m.due, now}, begin))
	}
	for _, late := range m.late {
		add(lateIn(late, begin))
	}
	return now.Sub(begin), max(lag, sum/2)
}

// lateIn is the part of a late tick that lies after begin.
func lateIn(late span, begin time.Time) time.Duration {
	if begin.After(late.from) {
		return late.to.Sub(begin)
	}
	return late.to.Sub(late.from)
}

func (m *Meter) run() {
	for range m.wake {
		for wait := tick; wait >= 0; wait = m.ticked() {
			time.Sleep(wait)
		}
	}
}

// ticked notes a tick and gives the time until the next, or -1 when nobody waits any more.
func (m *Meter) ticked() time.Duration {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	now := time.Now()
	if now.Sub(m.due) > lateFrom {
		m.remember(span{m.due, now})
	}
	if m.users == 0 {
		m.due = time.Time{}
		return -1
	}
	m.due = now.Add(tick)
	return tick
}

func (m *Meter) remember(late span) {
	if len(m.late) < lateKept {
		m.late = append(m.late, late)
		return
	}
	m.late[m.oldest] = late
	m.oldest = (m.oldest + 1) % lateKept
}
