package nodeprobe

import (
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

func TestADeadConnectionIsGivenUp(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	authorities := x509.NewCertPool()
	authorities.AddCert(server.Certificate())
	transport := transportTo(authorities)
	t.Cleanup(transport.CloseIdleConnections)
	if wanted := transport.HTTP2.SendPingTimeout + transport.HTTP2.PingTimeout; wanted > time.Minute {
		t.Errorf("a dead connection is used for %s", wanted)
	}
	transport.HTTP2.SendPingTimeout, transport.HTTP2.PingTimeout = 50*time.Millisecond, 50*time.Millisecond
	var dials, dead atomic.Int32
	dial := transport.DialContext
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return &mutedConn{conn, dials.Add(1), &dead}, err
	}
	client := &http.Client{Transport: transport}
	ask := func(within time.Duration) (string, error) {
		ctx, cancel := context.WithTimeout(t.Context(), within)
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Do(request)
		if err != nil {
			return "", err
		}
		defer response.Body.Close()
		said, err := io.ReadAll(response.Body)
		return string(said), err
	}
	if said, err := ask(patience); said != "HTTP/2.0" {
		t.Fatalf("asked in %q: %v", said, err)
	}
	dead.Store(1)
	for end := time.Now().Add(patience); ; {
		said, err := ask(200 * time.Millisecond)
		if err == nil {
			if said != "HTTP/2.0" || dials.Load() < 2 {
				t.Errorf("asked in %q over %d connections", said, dials.Load())
			}
			return
		}
		if time.Now().After(end) {
			t.Fatalf("still no other connection: %v", err)
		}
	}
}

// mutedConn swallows what is sent once its number is that of the dead one.
type mutedConn struct {
	net.Conn
	number int32
	dead   *atomic.Int32
}

func (c *mutedConn) Write(data []byte) (int, error) {
	if c.dead.Load() == c.number {
		return len(data), nil
	}
	return c.Conn.Write(data)
}
