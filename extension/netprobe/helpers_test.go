package netprobe

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/grafana/sobek"
	"go.k6.io/k6/v2/js/common"
	"go.k6.io/k6/v2/lib"
)

// fakeVU is as much of a VU as the module asks for.
type fakeVU struct {
	ctx     context.Context
	runtime *sobek.Runtime
	state   *lib.State
}

func (vu *fakeVU) Context() context.Context             { return vu.ctx }
func (vu *fakeVU) Events() common.Events                { return common.Events{} }
func (vu *fakeVU) InitEnv() *common.InitEnvironment     { return nil }
func (vu *fakeVU) State() *lib.State                    { return vu.state }
func (vu *fakeVU) Runtime() *sobek.Runtime              { return vu.runtime }
func (vu *fakeVU) RegisterCallback() func(func() error) { panic("not used") }

// script is one VU with the module, and runs lines of JavaScript in it.
type script struct {
	t      *testing.T
	module *Module
	vu     *fakeVU
	cancel context.CancelFunc
}

func newScript(t *testing.T) *script {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	vu := &fakeVU{ctx: ctx, runtime: sobek.New(), state: &lib.State{}}
	vu.runtime.SetFieldNameMapper(common.FieldNameMapper{})
	module := New()
	module.resolvConf = filepath.Join(t.TempDir(), "resolv.conf")
	module.token.path = filepath.Join(t.TempDir(), "token")
	for name, function := range module.NewModuleInstance(vu).Exports().Named {
		if err := vu.runtime.Set(name, function); err != nil {
			t.Fatal(err)
		}
	}
	return &script{t, module, vu, cancel}
}

func (s *script) resolvConf(content string) {
	s.t.Helper()
	if err := os.WriteFile(s.module.resolvConf, []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

type result struct {
	reason, detail    string
	durationMs, lagMs float64
	late              int64
}

// try calls a function of the module with an options object; err is what the script would have to catch.
func (s *script) try(function string, options map[string]any) (result, error) {
	s.t.Helper()
	_ = s.vu.runtime.Set("options", s.vu.runtime.NewObject())
	object := s.vu.runtime.Get("options").ToObject(s.vu.runtime)
	for name, value := range options {
		_ = object.Set(name, value)
	}
	value, err := s.vu.runtime.RunString(function + "(options)")
	if err != nil {
		return result{}, err
	}
	fields := value.Export().(map[string]any)
	if len(fields) != 5 {
		s.t.Fatalf("not the five fields of a result: %v", fields)
	}
	number := func(name string) float64 {
		switch value := fields[name].(type) {
		case int64:
			return float64(value)
		case float64:
			return value
		}
		s.t.Fatalf("%s is no number: %v", name, fields[name])
		return 0
	}
	return result{fields["reason"].(string), fields["detail"].(string), number("durationMs"), number("lagMs"), fields["late"].(int64)}, nil
}

// call is try for what must not throw.
func (s *script) call(function string, options map[string]any) result {
	s.t.Helper()
	found, err := s.try(function, options)
	if err != nil {
		s.t.Fatalf("%s(%v) threw %v", function, options, err)
	}
	return found
}

func (s *script) expect(what string, found result, reason string) {
	s.t.Helper()
	if found.reason != reason {
		s.t.Errorf("%s: reason %q (%s), expected %q", what, found.reason, found.detail, reason)
	}
	if found.durationMs <= 0 || found.durationMs > 10_000 {
		s.t.Errorf("%s: took %v ms", what, found.durationMs)
	}
}

const patience = 2000 * time.Millisecond

// serveTCP gives each connection to handle, with its number from 1 on.
func serveTCP(t *testing.T, handle func(number int, conn *net.TCPConn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for number := 1; ; number++ {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
				handle(number, conn.(*net.TCPConn))
			}()
		}
	}()
	return listener.Addr().String()
}

// serveUDP gives each datagram to handle, with its number from 1 on; handle answers as often as it likes.
func serveUDP(t *testing.T, handle func(number int, datagram []byte, answer func([]byte))) string {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		buffer := make([]byte, 65536)
		for number := 1; ; number++ {
			n, client, err := conn.ReadFromUDP(buffer)
			if err != nil {
				return
			}
			handle(number, append([]byte(nil), buffer[:n]...), func(answer []byte) { _, _ = conn.WriteToUDP(answer, client) })
		}
	}()
	return conn.LocalAddr().String()
}

// nobody is where nobody listens: a port that was free a moment ago may be another test's by now, or that of the very socket that asks.
const nobody = "127.0.99.99:9"
