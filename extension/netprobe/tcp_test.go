package netprobe

import (
	"context"
	"io"
	"net"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"
)

func tcpOptions(address string, kept bool) map[string]any {
	return map[string]any{"address": address, "payload": "nonce 1", "kept": kept, "timeoutMs": patience.Milliseconds()}
}

func echoTCP(conn *net.TCPConn) { _, _ = io.Copy(conn, conn) }

// reset has the kernel send RST instead of FIN.
func reset(conn *net.TCPConn) {
	_ = conn.SetLinger(0)
	_ = conn.Close()
}

func TestTCPAnswers(t *testing.T) {
	read := func(conn *net.TCPConn) { _, _ = conn.Read(make([]byte, 1000)) }
	say := func(text string) func(int, *net.TCPConn) {
		return func(_ int, conn *net.TCPConn) {
			read(conn)
			_, _ = io.WriteString(conn, text)
			read(conn)
		}
	}
	rows := []struct {
		name   string
		handle func(int, *net.TCPConn)
		reason string
	}{
		{"echo", func(_ int, conn *net.TCPConn) { echoTCP(conn) }, ""},
		{"echo byte by byte", func(_ int, conn *net.TCPConn) {
			for one := make([]byte, 1); ; {
				if _, err := conn.Read(one); err != nil {
					return
				}
				_, _ = conn.Write(one)
				time.Sleep(time.Millisecond)
			}
		}, ""},
		{"echo, then closed", func(_ int, conn *net.TCPConn) {
			buffer := make([]byte, 100)
			n, _ := conn.Read(buffer)
			_, _ = conn.Write(buffer[:n])
		}, ""},
		{"other bytes", say("nonce 2"), "body"},
		{"other bytes, and few", say("x"), "body"},
		{"more bytes", say("nonce 1nonce 1"), "body"},
		{"too few bytes", say("nonce"), "silence"},
		{"nothing", func(_ int, conn *net.TCPConn) { read(conn); read(conn) }, "silence"},
		{"closed", func(_ int, conn *net.TCPConn) { read(conn) }, "reset"},
		{"closed in the middle", func(_ int, conn *net.TCPConn) { read(conn); _, _ = io.WriteString(conn, "non") }, "reset"},
		{"reset", func(_ int, conn *net.TCPConn) { read(conn); reset(conn) }, "reset"},
	}
	for _, row := range rows {
		for _, kept := range []bool{false, true} {
			t.Run(row.name, func(t *testing.T) {
				t.Parallel()
				s := newScript(t)
				options := tcpOptions(serveTCP(t, row.handle), kept)
				if row.reason == "silence" {
					options["timeoutMs"] = 100
				}
				s.expect(row.name, s.call("tcp", options), row.reason)
				s.expect("once more", s.call("tcp", options), row.reason)
			})
		}
	}
}

func TestTCPConnectionsThatCannotBeMade(t *testing.T) {
	s := newScript(t)
	s.expect("nobody listens", s.call("tcp", tcpOptions(nobody, true)), "connect")

	// A listener that nobody accepts from, its queue full: the kernel drops every further SYN, as a black hole does.
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(socket)
	if err := syscall.Bind(socket, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(socket, 0); err != nil {
		t.Fatal(err)
	}
	bound, _ := syscall.Getsockname(socket)
	hole := net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: bound.(*syscall.SockaddrInet4).Port}
	for range 3 {
		if conn, err := net.DialTimeout("tcp", hole.String(), 100*time.Millisecond); err == nil {
			defer conn.Close()
		}
	}
	options := tcpOptions(hole.String(), false)
	options["timeoutMs"] = 150
	found := s.call("tcp", options)
	s.expect("a black hole", found, "timeout")
	if found.durationMs < 149 || found.durationMs > float64(patience.Milliseconds()) {
		t.Errorf("it gave up after %v ms instead of 150", found.durationMs)
	}
}

func TestNamesThatDoNotResolve(t *testing.T) {
	s := newScript(t)
	answer := func(query *dns.Msg, _ string) []byte { return reply(query, code(dns.RcodeNameError)) }
	server := nameServer(t, func(query *dns.Msg, network string) []byte { return answer(query, network) })
	s.module.resolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, server)
	}}
	for _, function := range []string{"tcp", "udp"} {
		options := tcpOptions("echo.load.test.:9007", false)
		answer = func(query *dns.Msg, _ string) []byte { return reply(query, code(dns.RcodeNameError)) }
		s.expect("an absent name", s.call(function, options), "dns")
		answer = func(query *dns.Msg, _ string) []byte { return nil }
		options["timeoutMs"] = 80
		s.expect("a silent name server", s.call(function, options), "dns")
	}
}

func TestKeptConnections(t *testing.T) {
	s := newScript(t)
	var connections atomic.Int64
	conns := make(chan *net.TCPConn, 100)
	address := serveTCP(t, func(_ int, conn *net.TCPConn) {
		connections.Add(1)
		conns <- conn
		echoTCP(conn)
	})
	settled := func(what string, expected int64) {
		t.Helper()
		if got := connections.Load(); got != expected {
			t.Errorf("%s: %d connections so far, expected %d", what, got, expected)
		}
	}
	probe := func(what, reason string) {
		t.Helper()
		s.expect(what, s.call("tcp", tcpOptions(address, true)), reason)
	}

	probe("first", "")
	probe("second", "")
	settled("kept", 1)
	s.expect("fresh", s.call("tcp", tcpOptions(address, false)), "")
	settled("fresh", 2)
	probe("third", "")
	settled("kept beside a fresh one", 2)

	first := <-conns
	_ = first.CloseWrite()
	time.Sleep(20 * time.Millisecond)
	probe("closed in good order between two probes", "")
	settled("a new one at once", 3)

	<-conns // the fresh one
	reset(<-conns)
	time.Sleep(20 * time.Millisecond)
	probe("reset between two probes", "reset")
	settled("found broken", 3)
	probe("the next", "")
	settled("a new one", 4)

	_, _ = (<-conns).Write([]byte("unasked"))
	time.Sleep(20 * time.Millisecond)
	probe("bytes nobody asked for", "body")
	probe("the next", "")
	settled("a new one", 5)
}

func TestALateAnswerIsNotTakenForTheNext(t *testing.T) {
	s := newScript(t)
	address := serveTCP(t, func(number int, conn *net.TCPConn) {
		buffer := make([]byte, 100)
		n, _ := conn.Read(buffer)
		if number == 1 {
			time.Sleep(150 * time.Millisecond)
		}
		_, _ = conn.Write(buffer[:n])
		echoTCP(conn)
	})
	options := tcpOptions(address, true)
	options["timeoutMs"] = 100
	s.expect("late", s.call("tcp", options), "silence")
	time.Sleep(100 * time.Millisecond)
	options["timeoutMs"] = patience.Milliseconds()
	options["payload"] = "nonce 2"
	s.expect("the next", s.call("tcp", options), "")
}

func TestKeptConnectionsAreFew(t *testing.T) {
	s := newScript(t)
	i := s.module.NewModuleInstance(s.vu).(*instance)
	for range mostKept + 5 {
		address := serveTCP(t, func(_ int, conn *net.TCPConn) { echoTCP(conn) })
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if found, err := i.probeTCP(ctx, tcpProbe{address: address, payload: []byte("x"), kept: true}); err != nil || found.reason != "" {
			t.Fatal(found, err)
		}
	}
	if len(i.connections) != mostKept {
		t.Errorf("%d connections are kept, expected %d", len(i.connections), mostKept)
	}
}
