package netprobe

import (
	"context"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

func TestWrongArgumentsThrow(t *testing.T) {
	s := newScript(t)
	good := map[string]map[string]any{
		"tcp": tcpOptions(nobody, false),
		"udp": udpOptions(nobody, "x", false, 500),
		"dns": ask(nobody, "a.test", "udp", "absent"),
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
	if _, err := s.try("tcp", tcpOptions(nobody, false)); err == nil || !strings.Contains(err.Error(), "init context") {
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
