package echo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

const patience = 30 * time.Second

type running struct {
	*Server
	at   map[string]string
	stop context.CancelFunc
	done chan error
}

// start runs a server on free ports of loopback until the test ends.
func start(t testing.TB, change func(*Config)) *running {
	t.Helper()
	config := Default()
	config.TCP, config.UDP, config.GRPC, config.HTTP = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	config.DrainAfter, config.DrainWithin = 0, 0
	change(&config)
	server, err := New(config, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &running{server, server.Addresses(), stop, make(chan error, 1)}
	go func() { r.done <- server.Run(ctx) }()
	t.Cleanup(func() { stop(); r.ended(t) })
	return r
}

// ended waits for the end of Run, which must be a good one.
func (r *running) ended(t testing.TB) {
	t.Helper()
	select {
	case err := <-r.done:
		if err != nil {
			t.Errorf("it ended with %v", err)
		}
		r.done <- nil
	case <-time.After(patience):
		t.Error("it does not end")
	}
}

func asItIs(*Config) {}

func (r *running) dialTCP(t testing.TB) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", r.at["tcp"])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return conn
}

func (r *running) dialSocket(t testing.TB) *websocket.Conn {
	t.Helper()
	socket, _, err := websocket.DefaultDialer.Dial("ws://"+r.at["http"]+"/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	_ = socket.SetReadDeadline(time.Now().Add(patience))
	return socket
}

func (r *running) client(t testing.TB) *grpc.ClientConn {
	t.Helper()
	client, err := grpc.NewClient(r.at["grpc"], grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(rawCodec{})))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func openStream(t testing.TB, client *grpc.ClientConn) grpc.ClientStream {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	stream, err := client.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, "/"+Service+"/Stream")
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

func talk(stream grpc.ClientStream, message frame) (frame, error) {
	if err := stream.SendMsg(&message); err != nil {
		return nil, err
	}
	var answer frame
	err := stream.RecvMsg(&answer)
	return answer, err
}

func (r *running) get(t testing.TB, path string) (int, string) {
	t.Helper()
	response, err := http.Get("http://" + r.at["http"] + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(body)
}

func TestEveryProtocolSendsBackWhatItGot(t *testing.T) {
	r := start(t, asItIs)
	messages := []string{"\x08\x01\x12\x05nonce", "x", strings.Repeat("\x00\xff", 2000)}

	conn, socket, stream := r.dialTCP(t), r.dialSocket(t), openStream(t, r.client(t))
	datagrams, err := net.Dial("udp", r.at["udp"])
	if err != nil {
		t.Fatal(err)
	}
	defer datagrams.Close()
	_ = datagrams.SetDeadline(time.Now().Add(patience))
	for _, message := range messages {
		for _, through := range []net.Conn{conn, datagrams} {
			answer := make([]byte, len(message))
			_, _ = io.WriteString(through, message)
			if _, err := io.ReadFull(through, answer); err != nil || string(answer) != message {
				t.Errorf("%s: %q, %v", through.LocalAddr().Network(), answer, err)
			}
		}
		for _, kind := range []int{websocket.TextMessage, websocket.BinaryMessage} {
			_ = socket.WriteMessage(kind, []byte(message))
			if got, answer, err := socket.ReadMessage(); got != kind || string(answer) != message || err != nil {
				t.Errorf("websocket: %d %q, %v", got, answer, err)
			}
		}
		if answer, err := talk(stream, frame(message)); err != nil || string(answer) != message {
			t.Errorf("grpc-stream: %q, %v", answer, err)
		}
	}
	_ = stream.CloseSend()
	if err := stream.RecvMsg(new(frame)); !errors.Is(err, io.EOF) {
		t.Errorf("a stream that the client ended has the end %v", err)
	}

	// What it counts, it counts after the answer is on its way.
	var missing []string
	lines := []string{
		`echo_messages_total{protocol="tcp"} 3`, `echo_messages_total{protocol="udp"} 3`,
		`echo_messages_total{protocol="websocket"} 6`, `echo_messages_total{protocol="grpc-stream"} 3`,
		`echo_connections{protocol="tcp"} 1`, `echo_connections{protocol="websocket"} 1`,
		`echo_connections_total{protocol="grpc-stream"} 1`, `echo_refused_total{protocol="udp"} 0`,
		`echo_connections_limit{protocol="tcp"} 4096`, `echo_connections_limit{protocol="websocket"} 4096`,
		`echo_connections_limit{protocol="http"} 4160`, `echo_errors_total{protocol="tcp"} 0`,
	}
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		_, text := r.get(t, "/metrics")
		missing = slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return strings.Contains(text, line+"\n") })
		if len(missing) == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("/metrics does not say %q", missing)
		}
	}
}

func TestReadinessAndHealth(t *testing.T) {
	r := start(t, func(c *Config) { c.DrainAfter = 500 * time.Millisecond })
	health := grpc_health_v1.NewHealthClient(r.client(t))
	check := func(ready int, serving grpc_health_v1.HealthCheckResponse_ServingStatus) {
		t.Helper()
		for path, expected := range map[string]int{"/healthz": 200, "/readyz": ready, "/absent": 404} {
			if got, _ := r.get(t, path); got != expected {
				t.Errorf("%s: %d, expected %d", path, got, expected)
			}
		}
		for _, service := range []string{"", Service} {
			answer, err := health.Check(context.Background(), &grpc_health_v1.HealthCheckRequest{Service: service})
			if err != nil || answer.Status != serving {
				t.Errorf("health of %q: %v, %v", service, answer, err)
			}
		}
	}
	check(200, grpc_health_v1.HealthCheckResponse_SERVING)
	r.stop()
	time.Sleep(100 * time.Millisecond)
	check(503, grpc_health_v1.HealthCheckResponse_NOT_SERVING)
	// Until endpoints have spread, newcomers are served as before.
	if answer, err := talk(openStream(t, r.client(t)), frame("x")); err != nil || string(answer) != "x" {
		t.Errorf("a newcomer within the grace: %q, %v", answer, err)
	}
	r.ended(t)
}

// Refusals come first: a place that a client left is free only a moment after the client has seen the end.
func TestBounds(t *testing.T) {
	r := start(t, func(c *Config) { c.MaxConnections = 2; c.MaxMessageBytes = 1000 })
	big := strings.Repeat("x", 2000)

	conn := r.dialTCP(t)
	r.dialTCP(t)
	if n, err := r.dialTCP(t).Read(make([]byte, 1)); n != 0 || err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a third TCP connection: %d, %v", n, err)
	}
	go func() { _, _ = io.WriteString(conn, big) }()
	if _, err := io.ReadFull(conn, make([]byte, len(big))); err != nil {
		t.Errorf("a TCP message longer than one read: %v", err)
	}

	socket := r.dialSocket(t)
	r.dialSocket(t)
	if _, response, err := websocket.DefaultDialer.Dial("ws://"+r.at["http"]+"/ws", nil); err == nil || response.StatusCode != 503 {
		t.Errorf("a third WebSocket: %v", err)
	}
	if got, _ := r.get(t, "/healthz"); got != 200 {
		t.Errorf("full of WebSockets it is unhealthy: %d", got)
	}
	_ = socket.WriteMessage(websocket.TextMessage, []byte(big))
	if _, _, err := socket.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseMessageTooBig) {
		t.Errorf("a WebSocket message over the bound: %v", err)
	}

	if _, err := talk(openStream(t, r.client(t)), frame(big)); status.Code(err) != codes.ResourceExhausted {
		t.Errorf("a gRPC message over the bound: %v", err)
	}

	datagrams, _ := net.Dial("udp", r.at["udp"])
	defer datagrams.Close()
	_ = datagrams.SetDeadline(time.Now().Add(100 * time.Millisecond))
	_, _ = io.WriteString(datagrams, big)
	if _, err := datagrams.Read(make([]byte, 1)); err == nil {
		t.Error("a datagram over the bound was answered")
	}
}

func TestIdleClientsAreLetGo(t *testing.T) {
	r := start(t, func(c *Config) { c.Idle = 200 * time.Millisecond })
	if n, err := r.dialTCP(t).Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("an idle TCP connection: %d, %v", n, err)
	}
	var timeout net.Error
	if _, _, err := r.dialSocket(t).ReadMessage(); err == nil || errors.As(err, &timeout) && timeout.Timeout() {
		t.Errorf("an idle WebSocket: %v", err)
	}
	if err := openStream(t, r.client(t)).RecvMsg(new(frame)); status.Code(err) != codes.Aborted {
		t.Errorf("an idle stream: %v", err)
	}
}

func TestTwoEchoServersDoNotAnswerEachOther(t *testing.T) {
	r := start(t, asItIs)
	_, port, _ := net.SplitHostPort(r.at["udp"])
	other, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skip("only one loopback address")
	}
	_ = other.Close()
	conn, err := net.ListenPacket("udp", "127.0.0.2:"+port)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	to, _ := net.ResolveUDPAddr("udp", r.at["udp"])
	_, _ = conn.WriteTo([]byte("x"), to)
	_ = conn.SetDeadline(time.Now().Add(100 * time.Millisecond))
	if _, _, err := conn.ReadFrom(make([]byte, 1)); err == nil {
		t.Error("a datagram from its own port was answered")
	}
}

func TestConfigurationsThatAreRefused(t *testing.T) {
	for _, change := range []func(*Config){
		func(c *Config) { c.DrainAfter = -1 }, func(c *Config) { c.DrainWithin = -1 }, func(c *Config) { c.Idle = 0 },
		func(c *Config) { c.MaxConnections = 0 }, func(c *Config) { c.MaxMessageBytes = 0 }, func(c *Config) { c.MaxMessageBytes = 1 << 30 },
	} {
		config := Default()
		change(&config)
		if _, err := New(config, slog.New(slog.DiscardHandler)); err == nil {
			t.Errorf("%+v is taken", config)
		}
	}
	r := start(t, asItIs)
	for _, protocol := range []string{"tcp", "grpc", "http", "udp"} {
		config := Default()
		config.TCP, config.UDP, config.GRPC, config.HTTP = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
		*map[string]*string{"tcp": &config.TCP, "udp": &config.UDP, "grpc": &config.GRPC, "http": &config.HTTP}[protocol] = r.at[protocol]
		if _, err := New(config, slog.New(slog.DiscardHandler)); err == nil || !strings.HasPrefix(err.Error(), protocol+": ") {
			t.Errorf("a taken port: %v", err)
		}
	}
}

// Any bytes come back over TCP, in whatever pieces they go.
func FuzzRawEcho(f *testing.F) {
	r := start(f, asItIs)
	f.Add([]byte("nonce"), uint8(2))
	f.Add([]byte{0, 255, 13, 10}, uint8(1))
	f.Fuzz(func(t *testing.T, message []byte, piece uint8) {
		conn := r.dialTCP(t)
		go func() {
			for part := range bytes.SplitSeq(message, []byte{piece}) {
				_, _ = conn.Write(part)
			}
		}()
		expected := bytes.ReplaceAll(message, []byte{piece}, nil)
		answer := make([]byte, len(expected))
		if _, err := io.ReadFull(conn, answer); err != nil || !bytes.Equal(answer, expected) {
			t.Error(fmt.Sprintf("%q came back as %q: %v", expected, answer, err))
		}
	})
}
