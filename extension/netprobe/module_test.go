package netprobe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestWrongArgumentsThrow(t *testing.T) {
	s := newScript(t)
	good := map[string]map[string]any{
		"tcp": tcpOptions(nobody(t, "tcp"), false),
		"udp": udpOptions(nobody(t, "udp"), "x", false, 500),
		"dns": ask(nobody(t, "udp"), "a.test", "udp", "absent"),
	}
	rows := []struct {
		functions, option string
		value             any
		expect            string
	}{
		{"tcp udp dns", "timeoutMs", nil, "timeoutMs must be a number"},
		{"tcp udp dns", "timeoutMs", "100", "timeoutMs must be a number"},
		{"tcp udp dns", "timeoutMs", 0, "timeoutMs must be a number"},
		{"tcp udp dns", "timeoutMs", -1.5, "timeoutMs must be a number"},
		{"tcp udp dns", "timeoutMs", 1e9, "timeoutMs must be a number"},
		{"tcp udp dns", "timeoutms", 100, "there is no option timeoutms"},
		{"tcp udp", "address", nil, "address must be a text"},
		{"tcp udp", "address", 5, "address must be a text"},
		{"tcp udp", "address", "", "address must be a text"},
		{"tcp udp", "address", "host", "address must be HOST:PORT"},
		{"tcp udp", "address", "host:http", "address must be HOST:PORT"},
		{"tcp udp", "address", ":80", "address must be HOST:PORT"},
		{"tcp udp", "address", "a:0", "address must be HOST:PORT"},
		{"tcp udp", "payload", "", "payload must be a text"},
		{"tcp udp", "payload", strings.Repeat("x", maxPayload+1), "are allowed"},
		{"tcp udp", "kept", "yes", "kept must be true or false"},
		{"tcp udp", "kept", nil, "kept must be true or false"},
		{"dns", "name", "", "name must be a text"},
		{"dns", "name", "a..b", "no domain name"},
		{"dns", "name", strings.Repeat("x", 64), "no domain name"},
		{"dns", "transport", "sctp", "transport must be one of"},
		{"dns", "expect", "anything", "expect must be one of"},
		{"dns", "search", 1, "search must be true or false"},
		{"dns", "server", "10.0.0.1", "server must be HOST:PORT"},
		{"dns", "server", 53, "server must be a text"},
	}
	for _, row := range rows {
		for _, function := range strings.Fields(row.functions) {
			options := map[string]any{}
			for name, value := range good[function] {
				options[name] = value
			}
			options[row.option] = row.value
			if _, err := s.try(function, options); err == nil || !strings.Contains(err.Error(), row.expect) {
				t.Errorf("%s with %s=%v: threw %v, expected %q", function, row.option, row.value, err, row.expect)
			}
		}
	}
	for _, line := range []string{"tcp()", "udp(null)", "dns('x')", "tcp(7)"} {
		if _, err := s.vu.runtime.RunString(line); err == nil || !strings.Contains(err.Error(), "wants an object of options") {
			t.Errorf("%s: threw %v", line, err)
		}
	}
	options := ask("", "a.test.", "udp", "absent")
	options["search"] = true
	if _, err := s.try("dns", options); err == nil || !strings.Contains(err.Error(), "ends with a dot") {
		t.Errorf("a full name with a search path: threw %v", err)
	}
	for function, options := range good {
		s.expect(function, s.call(function, options), "connect")
	}
}

func TestNothingIsSentInTheInitContext(t *testing.T) {
	s := newScript(t)
	s.vu.state = nil
	if _, err := s.try("tcp", tcpOptions(nobody(t, "tcp"), false)); err == nil || !strings.Contains(err.Error(), "init context") {
		t.Errorf("threw %v", err)
	}
}

func TestTheEndOfTheVUEndsItsWaiting(t *testing.T) {
	silentTCP := serveTCP(t, func(_ int, conn *net.TCPConn) { _, _ = conn.Read(make([]byte, 10)); time.Sleep(3 * time.Second) })
	silentUDP := serveUDP(t, func(int, []byte, func([]byte)) {})
	for function, options := range map[string]map[string]any{
		"tcp": tcpOptions(silentTCP, true),
		"udp": udpOptions(silentUDP, "x", true, 2000),
		"dns": ask(silentUDP, "a.test.", "udp", "absent"),
	} {
		s := newScript(t)
		time.AfterFunc(50*time.Millisecond, s.cancel)
		if _, err := s.try(function, options); err == nil || !strings.Contains(err.Error(), "interrupted") {
			t.Errorf("%s: threw %v", function, err)
		}
	}
}

// k6 gives the VUs of a scenario without gracefulStop a context that ends at a time.
func TestTheEndOfTheScenarioIsNoTimeout(t *testing.T) {
	silentTCP := serveTCP(t, func(_ int, conn *net.TCPConn) { _, _ = conn.Read(make([]byte, 10)); time.Sleep(time.Second) })
	silentUDP := serveUDP(t, func(int, []byte, func([]byte)) {})
	for function, options := range map[string]map[string]any{
		"tcp": tcpOptions(silentTCP, true),
		"udp": udpOptions(silentUDP, "x", true, 2000),
		"dns": ask(silentUDP, "a.test.", "udp", "absent"),
	} {
		for range 20 {
			s := newScript(t)
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
			s.vu.ctx = ctx
			if found, err := s.try(function, options); err == nil || !strings.Contains(err.Error(), "interrupted") {
				t.Errorf("%s: %v, threw %v", function, found, err)
			}
			cancel()
		}
	}
	s := newScript(t)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s.vu.ctx = ctx
	s.expect("a timeout before that end", s.call("udp", udpOptions(silentUDP, "x", true, 30)), "loss")
}

func TestAPanicCostsOneProbe(t *testing.T) {
	_, err := guarded(context.Background(), func(context.Context) (verdict, error) {
		var nothing *keptSocket
		return verdict{detail: nothing.remote.String()}, nil
	})
	if err == nil || !strings.Contains(err.Error(), "nil pointer") {
		t.Errorf("threw %v", err)
	}
}

func TestWhatTheInjectorLacksIsNoReason(t *testing.T) {
	for _, errno := range ownFaults {
		if ownFault(fmt.Errorf("dial: %w", &net.OpError{Op: "dial", Err: os.NewSyscallError("socket", errno)})) == nil {
			t.Errorf("%v is taken for a fault of the path", errno)
		}
		if ownFault(&net.DNSError{Err: "dial udp 10.0.0.1:53: socket: " + errno.Error()}) == nil {
			t.Errorf("%v in a lookup is taken for a fault of the path", errno)
		}
	}
	for _, err := range []error{syscall.ECONNREFUSED, syscall.EHOSTUNREACH, syscall.EPERM, context.DeadlineExceeded, errors.New("too many open files")} {
		if ownFault(err) != nil {
			t.Errorf("%v is taken for a fault of the injector", err)
		}
	}
}

// A busy machine adds lag of its own, but never more than the whole wait.
func TestLagIsWhatTimersAreLate(t *testing.T) {
	meter := newLagMeter()
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
	before := meter.begin()
	stall(200 * time.Millisecond)
	time.Sleep(20 * time.Millisecond)
	after := meter.begin()
	time.Sleep(30 * time.Millisecond)
	took, lag := meter.end(after)
	if took < 30*time.Millisecond || lag > took {
		t.Errorf("a wait of %v after the stall has a lag of %v", took, lag)
	}
	took, lag = meter.end(before)
	atLeast("a wait over the stall", took, lag, 200*time.Millisecond)
	if took < 250*time.Millisecond {
		t.Errorf("it took %v", took)
	}

	// Ended before the late tick could come.
	begin := meter.begin()
	meter.mutex.Lock()
	time.Sleep(60 * time.Millisecond)
	meter.users++ // the one that ends below must not wait for the lock after the tick has
	due := meter.due
	meter.mutex.Unlock()
	took, lag = meter.end(begin)
	if due.IsZero() {
		t.Error("no tick was due")
	}
	atLeast("an overdue tick", took, lag, 60*time.Millisecond)
	meter.end(time.Now())

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
	meter := newLagMeter()
	for range 3 {
		begin := meter.begin()
		time.Sleep(12 * time.Millisecond)
		meter.end(begin)
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

func TestTokenIsReadAgain(t *testing.T) {
	s := newScript(t)
	write := func(content string) {
		if err := os.WriteFile(s.module.token.path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	token := func(expected, failure string) {
		t.Helper()
		value, err := s.vu.runtime.RunString("token()")
		switch {
		case failure != "" && (err == nil || !strings.Contains(err.Error(), failure)):
			t.Errorf("threw %v, expected %q", err, failure)
		case failure == "" && (err != nil || value.Export() != expected):
			t.Errorf("it is %v (%v), expected %q", value, err, expected)
		}
	}
	token("", "no such file")
	write(" \n")
	token("", "is empty")
	write("one\n")
	token("one", "")
	write("two\n")
	token("one", "")
	s.module.token.readAt = time.Now().Add(-tokenFresh)
	token("two", "")
}
