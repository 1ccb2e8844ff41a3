package nodeprobe

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"continuous-load/extension/lag"
	"continuous-load/extension/wire"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// follower tells of every change of the echoes there are, as API.follow does.
type follower func(ctx context.Context, changed func([]Endpoint))

// Prober probes the chosen nodes from Run on.
type Prober struct {
	config   Config
	log      *slog.Logger
	follow   follower
	metrics  *metrics
	lag      *lag.Meter
	listener net.Listener
	now      func() time.Time

	// scrapes are those of /metrics that were answered.
	scrapes atomic.Int64
	ready   atomic.Bool
	numbers atomic.Uint64

	mutex   sync.Mutex
	echoes  []Endpoint
	targets map[pair]*target
	probing sync.WaitGroup
	// over is set once no probe may begin any more.
	over bool
}

// target is a node that is probed.
type target struct {
	stop context.CancelFunc
	// address is where its echo is now: it changes when the pod is replaced, and the pair stays.
	address string
	// failing holds the protocols whose last probe failed.
	failing map[string]bool
}

// New opens the port of /metrics.
func New(config Config, api *API, log *slog.Logger) (*Prober, error) {
	return newProber(config, log, func(ctx context.Context, changed func([]Endpoint)) {
		api.follow(ctx, config.Namespace, config.Service, log, changed)
	})
}

func newProber(config Config, log *slog.Logger, follow follower) (*Prober, error) {
	if err := config.Check(); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", config.HTTP)
	if err != nil {
		return nil, fmt.Errorf("http: %w", err)
	}
	return &Prober{
		config: config, log: log, follow: follow, metrics: newMetrics(config.Node), lag: lag.New(),
		listener: listener, now: time.Now, targets: map[pair]*target{},
	}, nil
}

// Address is the one really listened on.
func (p *Prober) Address() string { return p.listener.Addr().String() }

// Run probes until ctx is done, and then shows the last counts until they were scraped once more, for Linger at most.
func (p *Prober) Run(ctx context.Context) error {
	server := &http.Server{Handler: p.handler(), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10}
	defer server.Close()
	broken := make(chan error, 1)
	go func() {
		if err := server.Serve(p.listener); !errors.Is(err, http.ErrServerClosed) {
			broken <- err
		}
	}()
	p.log.Info("probing", "node", p.config.Node, "peers", p.config.Peers, "protocols", p.config.Protocols, "metrics", p.Address())
	following, stop := context.WithCancel(ctx)
	defer stop()
	go p.follow(following, p.changed)
	rotation := time.NewTicker(min(p.config.Rotation, time.Minute))
	defer rotation.Stop()
	for {
		select {
		case err := <-broken:
			p.end()
			return err
		case <-rotation.C:
			p.choose()
		case <-ctx.Done():
			p.end()
			p.linger()
			return nil
		}
	}
}

func (p *Prober) changed(echoes []Endpoint) {
	p.mutex.Lock()
	p.echoes = echoes
	p.mutex.Unlock()
	p.choose()
}

// choose brings the targets in line with the echoes that there are and with the time.
func (p *Prober) choose() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.over {
		return
	}
	byNode := map[string]Endpoint{}
	nodes := []string{}
	zone := ""
	for _, echo := range p.echoes {
		if echo.Node == p.config.Node {
			zone = echo.Zone
		}
		if echo.Address != "" {
			byNode[echo.Node] = echo
			nodes = append(nodes, echo.Node)
		}
	}
	failing := map[string]bool{}
	for pair, target := range p.targets {
		for _, fails := range target.failing {
			failing[pair.targetNode] = failing[pair.targetNode] || fails
		}
	}
	wanted := map[pair]string{}
	chosen := choose(p.config.Node, nodes, p.config.Peers, slot(p.now(), p.config.Rotation), func(node string) bool { return failing[node] })
	for _, node := range chosen {
		echo := byNode[node]
		wanted[pair{zone, node, echo.Zone, relation(p.config.Node, zone, echo)}] = echo.Address
	}
	for pair, target := range p.targets {
		if _, still := wanted[pair]; !still {
			// Its goroutines look whether they are still wanted before they count, under this same lock.
			target.stop()
			delete(p.targets, pair)
			p.metrics.end(pair)
			p.log.Info("not probed any more", "node", pair.targetNode)
		}
	}
	for pair, address := range wanted {
		if known := p.targets[pair]; known != nil {
			known.address = address
			continue
		}
		p.begin(pair, address)
	}
	p.metrics.peers.Set(float64(len(p.targets)))
}

// begin starts to probe a node; the lock is held.
func (p *Prober) begin(pair pair, address string) {
	ctx, stop := context.WithCancel(context.Background())
	started := &target{stop: stop, address: address, failing: map[string]bool{}}
	p.targets[pair] = started
	for _, protocol := range p.config.Protocols {
		p.metrics.begin(pair, protocol)
		p.probing.Go(func() { p.probeOn(ctx, pair, started, protocol) })
	}
	p.log.Info("probed from now on", "node", pair.targetNode, "zone", pair.targetZone, "address", address)
}

// probeOn probes one node over one protocol at the rate that was asked for, once its zeros have been seen.
func (p *Prober) probeOn(ctx context.Context, pair pair, to *target, protocol string) {
	interval := p.config.interval()
	select {
	case <-ctx.Done():
		return
	case <-time.After(p.config.ZeroLead + phase(p.config.Node, pair.targetNode, protocol, interval)):
	}
	p.ready.Store(true)
	ticks := time.NewTicker(interval)
	defer ticks.Stop()
	for ctx.Err() == nil {
		p.probeOnce(ctx, pair, to, protocol)
		select {
		case <-ctx.Done():
		case <-ticks.C:
		}
	}
}

// phase spreads the probes of all nodes over the interval, the same at each start.
func phase(source, target, protocol string, interval time.Duration) time.Duration {
	hash := fnv.New32a()
	_, _ = io.WriteString(hash, source+" "+target+" "+protocol)
	return time.Duration(float64(hash.Sum32()) / (1 << 32) * float64(interval))
}

func (p *Prober) probeOnce(ctx context.Context, pair pair, to *target, protocol string) {
	p.mutex.Lock()
	address := to.address
	p.mutex.Unlock()
	begin := p.lag.Begin()
	within, cancel := context.WithDeadline(ctx, begin.Add(p.config.Timeout))
	reason, cause := p.probe(within, protocol, address, p.numbers.Add(1))
	cancel()
	own := wire.OwnFault(cause)
	took, late := p.lag.End(begin)
	outcome, why := p.config.judge(reason, own, took, late)

	p.mutex.Lock()
	defer p.mutex.Unlock()
	// An echo that left while it was asked is no fault of the network.
	if ctx.Err() != nil || to.address != address && outcome == outcomeFailed {
		return
	}
	failed := outcome == outcomeFailed
	about := []any{"node", pair.targetNode, "protocol", protocol}
	switch {
	case own != nil:
		p.log.Warn("a probe could not be sent", append(about, "error", own)...)
	case failed && !to.failing[protocol]:
		p.log.Warn("fails", append(about, "address", address, "reason", why, "error", cause)...)
	case !failed && to.failing[protocol]:
		p.log.Info("does not fail any more", append(about, "outcome", outcome)...)
	}
	to.failing[protocol] = failed
	p.metrics.count(pair, protocol, outcome, why, took)
}

// end stops every probe and keeps what was counted.
func (p *Prober) end() {
	p.mutex.Lock()
	p.over = true
	for _, target := range p.targets {
		target.stop()
	}
	p.mutex.Unlock()
	p.probing.Wait()
}

// linger waits for the scrape that takes the last counts along.
func (p *Prober) linger() {
	seen := p.scrapes.Load()
	end := time.Now().Add(p.config.Linger)
	for p.scrapes.Load() == seen && time.Now().Before(end) {
		time.Sleep(50 * time.Millisecond)
	}
}

func (p *Prober) handler() http.Handler {
	mux := http.NewServeMux()
	shown := promhttp.HandlerFor(p.metrics.registry, promhttp.HandlerOpts{})
	mux.HandleFunc("/metrics", func(w http.ResponseWriter, r *http.Request) {
		shown.ServeHTTP(w, r)
		p.scrapes.Add(1)
	})
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	mux.HandleFunc("/readyz", func(w http.ResponseWriter, _ *http.Request) {
		if !p.ready.Load() {
			http.Error(w, "no node is probed yet", http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, "ok\n")
	})
	return mux
}
