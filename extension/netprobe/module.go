// Package netprobe is the k6 module `k6/x/netprobe`: probes over DNS, TCP and UDP, which k6 itself does not speak, timed with
// monotonic clocks of µs. Its interface is described for scripts in scenarios/netprobe.d.ts, its reasons in signals/paths.ts.
package netprobe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"sync/atomic"
	"time"

	"continuous-load/extension/lag"

	"github.com/grafana/sobek"
	"go.k6.io/k6/v2/js/modules"
)

func init() {
	modules.Register("k6/x/netprobe", New())
}

// Places that pods find at fixed paths; fields of the module so that tests can have others.
const (
	defaultResolvConf = "/etc/resolv.conf"
	defaultTokenFile  = "/var/run/secrets/kubernetes.io/serviceaccount/token"
)

// Module is what all VUs of the process share.
type Module struct {
	resolvConf string
	token      *tokenFile
	lag        *lag.Meter
	resolver   *net.Resolver
}

// New makes the module with the paths that a pod has.
func New() *Module {
	return &Module{
		resolvConf: defaultResolvConf,
		token:      &tokenFile{path: defaultTokenFile},
		lag:        lag.New(),
		resolver:   &net.Resolver{PreferGo: true},
	}
}

// NewModuleInstance makes the module of one VU; its kept connections and sockets are nobody else's.
func (m *Module) NewModuleInstance(vu modules.VU) modules.Instance {
	return &instance{Module: m, vu: vu, connections: map[string]*net.TCPConn{}, sockets: map[string]*keptSocket{}}
}

type instance struct {
	*Module
	vu          modules.VU
	connections map[string]*net.TCPConn
	sockets     map[string]*keptSocket
	repeated    atomic.Int64
	// lookedUp: how long the probe under way took to find its address.
	lookedUp time.Duration
}

// Exports names the functions that scripts can import.
func (i *instance) Exports() modules.Exports {
	return modules.Exports{Named: map[string]any{
		"dns":         i.dns,
		"tcp":         i.tcp,
		"connect":     i.connect,
		"udp":         i.udp,
		"token":       i.token.read,
		"httpRepeats": i.httpRepeats,
		"watchLag":    i.watchLag,
	}}
}

// verdict is what came of one probe, before the clock is read.
type verdict struct {
	// reason is empty when the answer was right.
	reason string
	detail string
	late   int
}

// errInterrupted: k6 ended the VU while the probe waited; the result is nobody's any more.
var errInterrupted = errors.New("netprobe: interrupted by the end of the test")

// errInit: VUs that are being made must not send anything.
var errInit = errors.New("netprobe: probes can be sent in an iteration only, not in the init context")

// measure runs one probe against its deadline and makes its result. An error means that the probe says nothing of the path.
func (i *instance) measure(timeout time.Duration, probe func(context.Context) (verdict, error)) (sobek.Value, error) {
	if i.vu.State() == nil {
		return nil, errInit
	}
	parent := i.vu.Context()
	i.lookedUp = 0
	begin := i.lag.Begin()
	ctx, cancel := context.WithDeadline(parent, begin.Add(timeout))
	defer cancel()
	found, err := guarded(ctx, probe)
	took, late := i.lag.End(begin)
	if parent.Err() != nil || found.reason != "" && cutShort(parent, begin.Add(timeout), begin.Add(took)) {
		return nil, errInterrupted
	}
	if err != nil {
		return nil, err
	}
	found = outOfTime(found, i.lookedUp, took)
	result := i.vu.Runtime().NewObject()
	for name, value := range map[string]any{
		"reason":     found.reason,
		"durationMs": milliseconds(took),
		"lagMs":      milliseconds(late),
		"detail":     shortened(found.detail),
		"late":       found.late,
	} {
		if err := result.Set(name, value); err != nil {
			return nil, err
		}
	}
	return result, nil
}

// cutShort tells whether a wait ended because the test does and not because of its own timeout: the end of a scenario is a
// deadline too, and a connection may notice it a moment before its context.
func cutShort(parent context.Context, own, ended time.Time) bool {
	end, known := parent.Deadline()
	return known && end.Before(own) && !ended.Before(end)
}

// guarded turns a panic into an error: a mistake in a probe may cost that probe, never the process.
func guarded(ctx context.Context, probe func(context.Context) (verdict, error)) (found verdict, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("netprobe: %v\n%s", cause, debug.Stack())
		}
	}()
	return probe(ctx)
}

func milliseconds(d time.Duration) float64 {
	return float64(d.Microseconds()) / 1000
}

// shortened keeps a detail fit for one line of a log.
func shortened(text string) string {
	const most = 200
	if len(text) <= most {
		return text
	}
	return text[:most] + "…"
}
