package netprobe

import (
	"io"
	"net"
	"slices"
	"testing"
)

func TestConnect(t *testing.T) {
	read := func(conn *net.TCPConn) { _, _ = conn.Read(make([]byte, 1000)) }
	greet := func(text string, after func(*net.TCPConn)) func(int, *net.TCPConn) {
		return func(_ int, conn *net.TCPConn) {
			_, _ = io.WriteString(conn, text)
			after(conn)
		}
	}
	close := func(*net.TCPConn) {}
	rows := []struct {
		name           string
		handle         func(int, *net.TCPConn)
		send, contains string
		reason         string
	}{
		{"a connection alone", greet("", read), "", "", ""},
		{"closed at once, and nothing wanted", greet("", close), "", "", ""},
		{"a greeting", greet("SSH-2.0-x\r\n", read), "", "SSH-2.0-", ""},
		{"a greeting, then closed", greet("SSH-2.0-x\r\n", close), "", "SSH-2.0-", ""},
		{"another greeting", greet("HTTP/1.1", read), "", "SSH-2.0-", "body"},
		{"another greeting, then closed", greet("HTTP/1.1", close), "", "SSH-2.0-", "body"},
		{"no greeting", greet("", read), "", "SSH-2.0-", "silence"},
		{"no greeting, closed", greet("", close), "", "SSH-2.0-", "reset"},
		{"asked and answered", func(_ int, conn *net.TCPConn) { read(conn); _, _ = io.WriteString(conn, "+PONG\r\n"); read(conn) }, "PING\r\n", "+PONG", ""},
		{"asked and reset", func(_ int, conn *net.TCPConn) { read(conn); reset(conn) }, "PING\r\n", "+PONG", "reset"},
		{"words without end", func(_ int, conn *net.TCPConn) {
			for {
				if _, err := conn.Write(make([]byte, 65536)); err != nil {
					return
				}
			}
		}, "", "SSH-2.0-", "body"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t)
			// Whatever comes may come late on a busy machine; that nothing more comes is waited for to the end.
			timeoutMs := 30_000
			if slices.Contains([]string{"another greeting", "no greeting"}, row.name) {
				timeoutMs = 2_000
			}
			options := map[string]any{"address": serveTCP(t, row.handle), "timeoutMs": timeoutMs}
			if row.send != "" {
				options["send"] = row.send
			}
			if row.contains != "" {
				options["contains"] = row.contains
			}
			s.expect(row.name, s.call("connect", options), row.reason)
		})
	}
	s := newScript(t)
	s.expect("nobody listens", s.call("connect", map[string]any{"address": nobody, "timeoutMs": 300}), "connect")
	for _, wrong := range []map[string]any{{"address": "db"}, {"address": "db:1", "send": 1}, {"address": "db:1", "kept": true}} {
		wrong["timeoutMs"] = 300
		if found, err := s.try("connect", wrong); err == nil {
			t.Errorf("%v is taken: %v", wrong, found)
		}
	}
}
