package nodeprobe

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"continuous-load/extension/echo"
)

// lab is some nodes on loopback addresses: echoes that listen on the same ports, and a prober on n1.
type lab struct {
	t      testing.TB
	prober *Prober
	change chan []Endpoint
	stop   context.CancelFunc
	done   chan error
	tcp    int
	udp    int
}

// address is that of a node's echo.
func address(node int) string { return fmt.Sprintf("127.0.77.%d", node) }

func newLab(t testing.TB, set func(*Config)) *lab {
	t.Helper()
	l := &lab{t: t, change: make(chan []Endpoint), done: make(chan error, 1)}
	l.tcp, l.udp = l.echo(1, 0, 0)
	config := Default()
	config.Node, config.HTTP, config.TCP, config.UDP = "n1", "127.0.0.1:0", l.tcp, l.udp
	config.Rate, config.Timeout, config.ZeroLead, config.Linger = 10, 100*time.Millisecond, 100*time.Millisecond, patience
	// a busy machine is late, and that is no matter of these tests
	config.LatencyBound = 90 * time.Millisecond
	set(&config)
	prober, err := newProber(config, quiet, func(ctx context.Context, changed func([]Endpoint)) {
		for {
			select {
			case echoes := <-l.change:
				changed(echoes)
			case <-ctx.Done():
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	l.prober = prober
	ctx, stop := context.WithCancel(context.Background())
	l.stop = stop
	go func() { l.done <- prober.Run(ctx) }()
	t.Cleanup(l.end)
	return l
}

// end stops the prober and scrapes until it has ended, as Prometheus would.
func (l *lab) end() {
	l.t.Helper()
	l.stop()
	for deadline := time.Now().Add(patience / 2); ; {
		select {
		case err := <-l.done:
			if err != nil {
				l.t.Errorf("it ended with %v", err)
			}
			l.done <- nil
			return
		case <-time.After(20 * time.Millisecond):
			l.scrape()
		}
		if time.Now().After(deadline) {
			l.t.Fatal("it does not end although it is scraped")
		}
	}
}

// echo runs the echo of a node until the test ends; ports of 0 are chosen.
func (l *lab) echo(node, tcp, udp int) (int, int) {
	l.t.Helper()
	config := echo.Default()
	at := func(port int) string { return net.JoinHostPort(address(node), strconv.Itoa(port)) }
	config.TCP, config.UDP, config.GRPC, config.HTTP = at(tcp), at(udp), at(0), at(0)
	config.DrainAfter, config.DrainWithin = 0, 0
	server, err := echo.New(config, quiet)
	if err != nil {
		l.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { _ = server.Run(ctx); close(done) }()
	l.t.Cleanup(func() { stop(); <-done })
	port := func(protocol string) int {
		_, text, _ := net.SplitHostPort(server.Addresses()[protocol])
		number, _ := strconv.Atoi(text)
		return number
	}
	return port("tcp"), port("udp")
}

// is tells the prober which nodes have an echo now.
func (l *lab) is(nodes ...int) {
	echoes := make([]Endpoint, len(nodes))
	for i, node := range nodes {
		echoes[i] = Endpoint{Node: fmt.Sprintf("n%d", node), Zone: fmt.Sprintf("z%d", node%2), Address: address(node)}
	}
	l.change <- echoes
}

// scrape gives what /metrics shows: series without its own node's labels → value; nil once the prober has ended.
func (l *lab) scrape() map[string]float64 {
	response, err := http.Get("http://" + l.prober.Address() + "/metrics")
	if err != nil {
		return nil
	}
	defer response.Body.Close()
	series := map[string]float64{}
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		name, text, found := strings.Cut(lines.Text(), "} ")
		if value, err := strconv.ParseFloat(text, 64); found && err == nil {
			series[name+"}"] = value
		}
	}
	return series
}

// sum adds the series that have all these labels.
func sum(series map[string]float64, labels ...string) (total float64, found int) {
next:
	for name, value := range series {
		for _, label := range labels {
			if !strings.Contains(name, label) {
				continue next
			}
		}
		total += value
		found++
	}
	return total, found
}

// eventually waits until the sum of such series is this at least.
func (l *lab) eventually(least float64, labels ...string) {
	l.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		series := l.scrape()
		if got, _ := sum(series, labels...); got >= least {
			return
		} else if time.Now().After(end) {
			l.t.Fatalf("%v came to %v, not %v, of\n%v", labels, got, least, series)
		}
	}
}

func TestEveryPairIsProbedOverEveryProtocol(t *testing.T) {
	l := newLab(t, func(*Config) {})
	l.echo(2, l.tcp, l.udp)
	l.is(1, 2)
	for _, protocol := range []string{"tcp", "udp"} {
		l.eventually(3, `node_probes_total`, `outcome="ok"`, `protocol="`+protocol+`"`, `source_node="n1"`, `source_zone="z1"`,
			`target_node="n2"`, `target_zone="z0"`, `relation="other-zone"`)
		l.eventually(3, `node_probes_total`, `outcome="ok"`, `protocol="`+protocol+`"`, `target_node="n1"`, `relation="same-node"`)
	}
	l.eventually(0.00001, "node_probe_duration_seconds_total", `target_node="n2"`)
	if failures, _ := sum(l.scrape(), `outcome="failed"`); failures != 0 {
		t.Errorf("%v failed", failures)
	}
}

// Nobody listens on n3, and what n4 gets by UDP is lost: each pair and protocol counts its own reason, and the others none.
func TestEachPairCountsItsOwnFailures(t *testing.T) {
	l := newLab(t, func(*Config) {})
	listener, err := net.Listen("tcp", net.JoinHostPort(address(4), strconv.Itoa(l.tcp)))
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for conn, err := listener.Accept(); err == nil; conn, err = listener.Accept() {
			go func() { _, _ = io.Copy(conn, conn) }()
		}
	}()
	silent, err := net.ListenPacket("udp", net.JoinHostPort(address(4), strconv.Itoa(l.udp)))
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	l.is(1, 3, 4)
	l.eventually(2, `target_node="n3"`, `protocol="tcp"`, `reason="connect"`)
	l.eventually(2, `target_node="n3"`, `protocol="udp"`, `reason="connect"`)
	l.eventually(2, `target_node="n4"`, `protocol="udp"`, `reason="loss"`)
	l.eventually(2, `target_node="n4"`, `protocol="tcp"`, `outcome="ok"`)
	l.eventually(2, `target_node="n1"`, `protocol="udp"`, `outcome="ok"`)
	if wrong, _ := sum(l.scrape(), `target_node="n4"`, `protocol="tcp"`, `outcome="failed"`); wrong != 0 {
		t.Errorf("%v fail over TCP too", wrong)
	}
	if wrong, _ := sum(l.scrape(), `target_node="n4"`, `protocol="udp"`, `outcome="ok"`); wrong != 0 {
		t.Errorf("%v of what is lost was answered", wrong)
	}
}

// A prober that stood still before it could send anything says that it waited, which its own lateness then explains.
func TestNothingSentInTimeIsNoRefusal(t *testing.T) {
	config := Default()
	prober := &Prober{config: config}
	over, cancel := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	defer cancel()
	for _, protocol := range Protocols {
		reason, cause := prober.probe(over, protocol, address(1), 1)
		if cause == nil {
			t.Fatalf("%s: sent after its time", protocol)
		}
		if outcome, why := config.judge(reason, nil, config.Timeout, config.Timeout); outcome != outcomeError || why != reasonLag {
			t.Errorf("%s: %s is %s by %s, not its own lateness: %v", protocol, reason, outcome, why, cause)
		}
	}
}

func TestZerosComeBeforeTheFirstProbe(t *testing.T) {
	l := newLab(t, func(c *Config) { c.ZeroLead = time.Hour })
	l.is(1, 2)
	l.eventually(0, "node_probes_total")
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		total, found := sum(l.scrape(), "node_probes_total", `target_node="n2"`)
		if total != 0 {
			t.Fatalf("%v probes before the zeros were seen", total)
		}
		// tcp: ok, slow, 5 reasons, 2 errors; udp: ok, slow, 3 reasons, 2 errors
		if found == 9+7 {
			break
		} else if time.Now().After(end) {
			t.Fatalf("%d series", found)
		}
	}
	if response, err := http.Get("http://" + l.prober.Address() + "/readyz"); err != nil || response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("ready before the first probe: %v, %v", response, err)
	}
}

// What is stored is bounded by nodes × (peers + 1) × protocols, whatever the cluster has.
func TestSeriesAreBoundedByPeersAndGoWithThem(t *testing.T) {
	const peers = 2
	l := newLab(t, func(c *Config) { c.Peers, c.Protocols = peers, []string{"udp"} })
	count := func() (pairs int) {
		_, pairs = sum(l.scrape(), "node_probes_total", `outcome="ok"`)
		return pairs
	}
	for _, nodes := range [][]int{{1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 12, 13, 14, 15, 16}, {1, 2, 3}} {
		l.is(nodes...)
		l.eventually(0, "node_probes_total")
		end := time.Now().Add(patience)
		for count() != peers+1 && time.Now().Before(end) {
			time.Sleep(20 * time.Millisecond)
		}
		if count() != peers+1 {
			t.Errorf("of %v %d are probed", nodes, count())
		}
	}
	series := l.scrape()
	if _, found := sum(series, `target_node="n12"`); found != 0 || len(series) != (peers+1)*(7+1) {
		t.Errorf("these are left: %v", series)
	}
}

// An echo that is drained is not asked any more, and what it still owes is nobody's failure.
func TestAnEchoThatLeavesCountsNoFailure(t *testing.T) {
	l := newLab(t, func(c *Config) { c.Timeout, c.Rate, c.LatencyBound = 5*time.Second, 0.2, time.Second })
	silent, err := net.ListenPacket("udp", net.JoinHostPort(address(2), strconv.Itoa(l.udp)))
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	l.is(1, 2)
	// A probe is under way: it waits for an answer that will not come.
	_ = silent.SetReadDeadline(time.Now().Add(patience))
	if _, _, err := silent.ReadFrom(make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	l.is(1)
	begin := time.Now()
	l.end()
	if took := time.Since(begin); took > 4*time.Second {
		t.Errorf("the probe in flight was waited for: %v", took)
	}
}

func TestAReplacedEchoKeepsItsPairAndIsAskedWhereItIsNow(t *testing.T) {
	l := newLab(t, func(*Config) {})
	l.echo(2, l.tcp, l.udp)
	l.echo(3, l.tcp, l.udp)
	at := func(node int) []Endpoint {
		return []Endpoint{{Node: "n2", Zone: "z0", Address: address(node)}}
	}
	l.change <- at(2)
	l.eventually(2, `target_node="n2"`, `protocol="tcp"`, `outcome="ok"`)
	before, _ := sum(l.scrape(), `target_node="n2"`, `outcome="ok"`)
	l.change <- at(3)
	l.eventually(before+4, `target_node="n2"`, `outcome="ok"`)
	if failures, _ := sum(l.scrape(), `outcome="failed"`); failures != 0 {
		t.Errorf("%v failed", failures)
	}
}

// Replaced, it keeps its last counts until Prometheus has fetched them, and sends nothing any more.
func TestItEndsWithTheScrapeAfterTheLastProbe(t *testing.T) {
	l := newLab(t, func(*Config) {})
	l.is(1)
	l.eventually(2, `outcome="ok"`)
	l.stop()
	over := func() bool {
		l.prober.mutex.Lock()
		defer l.prober.mutex.Unlock()
		return l.prober.over
	}
	for end := time.Now().Add(patience); !over() && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	if counted, _ := sum(l.scrape(), `outcome="ok"`); counted < 2 {
		t.Errorf("the last counts are gone: %v", counted)
	}
	l.end()
}

func TestReadyOnceItProbes(t *testing.T) {
	l := newLab(t, func(*Config) {})
	status := func() int {
		response, err := http.Get("http://" + l.prober.Address() + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		return response.StatusCode
	}
	if got := status(); got != http.StatusServiceUnavailable {
		t.Errorf("without any echo it says %d", got)
	}
	l.is(1)
	l.eventually(1, `outcome="ok"`)
	if got := status(); got != http.StatusOK {
		t.Errorf("while it probes it says %d", got)
	}
}

func TestWrongConfigurationsAreRefused(t *testing.T) {
	for field, change := range map[string]func(*Config){
		"node": func(c *Config) { c.Node = "" }, "peer": func(c *Config) { c.Peers = 0 }, "rate": func(c *Config) { c.Rate = 0 },
		"protocol at least": func(c *Config) { c.Protocols = nil }, "no protocol": func(c *Config) { c.Protocols = []string{"http"} },
		"above the latency bound": func(c *Config) { c.LatencyBound = c.Timeout }, "over before the next": func(c *Config) { c.Rate = 2 },
		"minute": func(c *Config) { c.Rotation = time.Second }, "negative": func(c *Config) { c.Linger = -1 },
	} {
		config := Default()
		config.Node = "n1"
		change(&config)
		if err := config.Check(); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	config := Default()
	config.Node = "n1"
	if err := config.Check(); err != nil {
		t.Error(err)
	}
	config.HTTP = "256.0.0.1:1"
	if _, err := newProber(config, quiet, nil); err == nil {
		t.Error("it listens anywhere")
	}
}
