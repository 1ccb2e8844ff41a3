package netprobe

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
)

func udpOptions(address, payload string, kept bool, timeoutMs int) map[string]any {
	return map[string]any{"address": address, "payload": payload, "kept": kept, "timeoutMs": timeoutMs}
}

func TestUDPAnswers(t *testing.T) {
	rows := []struct {
		name   string
		answer func(datagram []byte, answer func([]byte))
		reason string
	}{
		{"echo", func(datagram []byte, answer func([]byte)) { answer(datagram) }, ""},
		{"twice", func(datagram []byte, answer func([]byte)) { answer(datagram); answer(datagram) }, ""},
		{"other bytes", func(_ []byte, answer func([]byte)) { answer([]byte("x")) }, "body"},
		{"one byte more", func(datagram []byte, answer func([]byte)) { answer(append(datagram, 'x')) }, "body"},
		{"an empty one", func(_ []byte, answer func([]byte)) { answer(nil) }, "body"},
		{"nothing", func([]byte, func([]byte)) {}, "loss"},
	}
	for _, row := range rows {
		for _, kept := range []bool{false, true} {
			t.Run(row.name, func(t *testing.T) {
				t.Parallel()
				s := newScript(t)
				address := serveUDP(t, func(_ int, datagram []byte, answer func([]byte)) { row.answer(datagram, answer) })
				for _, payload := range []string{"1", "2", "3"} {
					timeoutMs := 2000
					if row.reason == "loss" {
						timeoutMs = 80
					}
					found := s.call("udp", udpOptions(address, payload, kept, timeoutMs))
					s.expect(row.name, found, row.reason)
					if found.late != 0 {
						t.Errorf("%d late answers", found.late)
					}
				}
			})
		}
	}
	t.Run("nobody", func(t *testing.T) {
		s := newScript(t)
		for _, kept := range []bool{false, true, true} {
			s.expect("nobody", s.call("udp", udpOptions(nobody, "1", kept, 1000)), "connect")
		}
	})
	t.Run("the largest", func(t *testing.T) {
		s := newScript(t)
		address := serveUDP(t, func(_ int, datagram []byte, answer func([]byte)) { answer(datagram) })
		s.expect("the largest", s.call("udp", udpOptions(address, string(make([]byte, maxPayload)), true, 2000)), "")
	})
}

func TestLateAnswersAreCountedOnceAndForTheirOwnProbe(t *testing.T) {
	s := newScript(t)
	var mutex sync.Mutex
	var held [][]byte
	released := make(chan struct{}, 1)
	address := serveUDP(t, func(_ int, datagram []byte, answer func([]byte)) {
		mutex.Lock()
		defer mutex.Unlock()
		switch string(datagram) {
		case "held 1", "held 2", "held 3":
			held = append(held, datagram)
		case "release":
			// Before its own answer: the probe that waits sees them come.
			for _, datagram := range held {
				answer(datagram)
				answer(datagram)
			}
			held = nil
			answer(datagram)
		case "release after":
			answer(datagram)
			for _, datagram := range held {
				answer(datagram)
			}
			released <- struct{}{}
		default:
			answer(datagram)
		}
	})
	probe := func(payload, reason string, late int64) {
		t.Helper()
		timeoutMs := 2000
		if reason == "loss" {
			timeoutMs = 50
		}
		found := s.call("udp", udpOptions(address, payload, true, timeoutMs))
		s.expect(payload, found, reason)
		if found.late != late {
			t.Errorf("%s: %d late answers, expected %d", payload, found.late, late)
		}
	}
	probe("first", "", 0)
	probe("held 1", "loss", 0)
	probe("held 2", "loss", 0)
	probe("release", "", 2)
	probe("next", "", 0)
	probe("held 3", "loss", 0)
	probe("release after", "", 0)
	<-released
	probe("next", "", 1)
	probe("next but one", "", 0)
}

func TestAKeptSocketStaysAndAFreshOneGoes(t *testing.T) {
	s := newScript(t)
	ports := map[string]bool{}
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var mutex sync.Mutex
	go func() {
		buffer := make([]byte, 1000)
		for {
			n, client, err := conn.ReadFromUDP(buffer)
			if err != nil {
				return
			}
			mutex.Lock()
			ports[client.String()] = true
			mutex.Unlock()
			_, _ = conn.WriteToUDP(buffer[:n], client)
		}
	}()
	for _, row := range []struct {
		kept   bool
		expect int
	}{{true, 1}, {true, 1}, {false, 2}, {false, 3}, {true, 3}} {
		s.expect("echo", s.call("udp", udpOptions(conn.LocalAddr().String(), "x", row.kept, 2000)), "")
		mutex.Lock()
		if len(ports) != row.expect {
			t.Errorf("%d sockets were used, expected %d", len(ports), row.expect)
		}
		mutex.Unlock()
	}
}

func TestAKeptSocketFollowsANameThatMoved(t *testing.T) {
	s := newScript(t)
	echo := func(_ int, datagram []byte, answer func([]byte)) { answer(datagram) }
	good := netip.MustParseAddrPort(serveUDP(t, echo))
	address := "127.0.0.2"
	server := nameServer(t, func(query *dns.Msg, _ string) []byte {
		if query.Question[0].Qtype != dns.TypeA {
			return reply(query, records())
		}
		return reply(query, records("@ 5 IN A "+address))
	})
	s.module.resolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, server)
	}}
	target := net.JoinHostPort("echo.test.", netip.AddrPortFrom(good.Addr(), good.Port()).String()[len("127.0.0.1:"):])
	s.expect("before", s.call("udp", udpOptions(target, "1", true, 100)), "connect")
	address = "127.0.0.1"
	s.expect("after", s.call("udp", udpOptions(target, "2", true, 2000)), "")
}

// A name that was found so late that no time was left for an answer is no lost datagram, and no silent server.
func TestTimeThatTheLookupTook(t *testing.T) {
	for _, row := range []struct {
		lookedUp, took time.Duration
		reason, want   string
	}{
		{1990 * time.Millisecond, 2 * time.Second, "loss", "dns"},
		{1990 * time.Millisecond, 2 * time.Second, "silence", "dns"},
		{1990 * time.Millisecond, 2 * time.Second, "timeout", "dns"},
		{900 * time.Millisecond, 2 * time.Second, "loss", "loss"},
		{0, 2 * time.Second, "silence", "silence"},
		{9 * time.Millisecond, 10 * time.Millisecond, "connect", "connect"},
		{9 * time.Millisecond, 10 * time.Millisecond, "", ""},
	} {
		if got := outOfTime(verdict{reason: row.reason}, row.lookedUp, row.took); got.reason != row.want {
			t.Errorf("%s after a lookup of %v in %v is %q, expected %q", row.reason, row.lookedUp, row.took, got.reason, row.want)
		}
	}

	s := newScript(t)
	nothing := serveUDP(t, func(int, []byte, func([]byte)) {})
	late := atomic.Bool{}
	server := nameServer(t, func(query *dns.Msg, _ string) []byte {
		if late.Load() {
			time.Sleep(400 * time.Millisecond)
		}
		return reply(query, records("@ 5 IN A 127.0.0.1"))
	})
	s.module.resolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, server)
	}}
	target := net.JoinHostPort("echo.test.", nothing[len("127.0.0.1:"):])
	s.expect("a quick name", s.call("udp", udpOptions(target, "1", false, 3000)), "loss")
	late.Store(true)
	s.expect("a late name", s.call("udp", udpOptions(target, "2", false, 500)), "dns")
}

// A script can watch for a while that is no probe of the extension's.
func TestWatchedLag(t *testing.T) {
	s := newScript(t)
	value, err := s.vu.runtime.RunString("const watch = watchLag(); const lag = watch.stop(); [lag >= 0, watch.stop() === lag]")
	if err != nil {
		t.Fatal(err)
	}
	for _, holds := range value.Export().([]any) {
		if holds != true {
			t.Errorf("the lag of no time at all: %v", value)
		}
	}
	s.module.lag.End(s.module.lag.Begin())
}
