package netprobe

import (
	"time"

	"continuous-load/extension/lag"
)

// lagWatch watches the whole process for one probe of a script, also while its VU is blocked.
type lagWatch struct {
	meter *lag.Meter
	begin time.Time
	over  bool
	lag   time.Duration
}

// watchLag is the function of that name for scripts.
func (i *instance) watchLag() *lagWatch {
	return &lagWatch{meter: i.lag, begin: i.lag.Begin()}
}

// Stop ends the watch and tells the lag in ms; told again it is the same.
func (w *lagWatch) Stop() float64 {
	if !w.over {
		w.over = true
		_, w.lag = w.meter.End(w.begin)
	}
	return milliseconds(w.lag)
}
