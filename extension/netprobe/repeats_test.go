package netprobe

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// breaking answers the first request of each connection and ends the connection on its second, unanswered.
func breaking(t *testing.T, requests *atomic.Int64) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				reader := bufio.NewReader(conn)
				for range 2 {
					request, err := http.ReadRequest(reader)
					if err != nil {
						return
					}
					_, _ = io.Copy(io.Discard, request.Body)
					if requests.Add(1)%2 == 0 {
						return
					}
					_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
				}
			}()
		}
	}()
	return "http://" + listener.Addr().String()
}

func TestRepeatsOfTheClientAreCounted(t *testing.T) {
	for _, row := range []struct {
		method, body    string
		repeats, failed int
	}{
		{"GET", "", 1, 0},
		// What was written is not repeated: the probe fails, and there is nothing to count.
		{"POST", "x", 0, 1},
	} {
		t.Run(row.method, func(t *testing.T) {
			s := newScript(t)
			transport := &http.Transport{}
			t.Cleanup(transport.CloseIdleConnections)
			s.vu.state.Transport = transport
			var requests atomic.Int64
			address := breaking(t, &requests)
			if count := s.repeats(); count != 0 {
				t.Fatalf("%d before anything was sent", count)
			}
			failed := 0
			for range 2 {
				request, err := http.NewRequestWithContext(context.Background(), row.method, address, strings.NewReader(row.body))
				if err != nil {
					t.Fatal(err)
				}
				if row.body == "" {
					request.Body, request.GetBody, request.ContentLength = nil, nil, 0
				}
				response, err := s.vu.state.Transport.RoundTrip(request)
				if err != nil {
					failed++
					continue
				}
				_, _ = io.Copy(io.Discard, response.Body)
				_ = response.Body.Close()
			}
			if count := s.repeats(); count != int64(row.repeats) || failed != row.failed {
				t.Errorf("counted %d repeats and %d failures of %d requests at the server, expected %d and %d",
					count, failed, requests.Load(), row.repeats, row.failed)
			}
			if sent := requests.Load(); sent != int64(2+row.repeats) {
				t.Errorf("the server saw %d requests of 2", sent)
			}
			if count := s.repeats(); count != 0 {
				t.Errorf("counted %d twice", count)
			}
			if _, nested := s.vu.state.Transport.(repeatCounter).next.(repeatCounter); nested {
				t.Error("the counter stands before itself")
			}
		})
	}
}

func TestRepeatsAreNotCountedInTheInitContext(t *testing.T) {
	s := newScript(t)
	s.vu.state = nil
	if _, err := s.vu.runtime.RunString("httpRepeats()"); err == nil {
		t.Error("it did not throw")
	}
}

func (s *script) repeats() int64 {
	s.t.Helper()
	value, err := s.vu.runtime.RunString("httpRepeats()")
	if err != nil {
		s.t.Fatal(err)
	}
	return value.ToInteger()
}
