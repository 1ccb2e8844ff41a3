package echo

import (
	"net"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// metrics are what /metrics shows beside Go's and the process's own.
type metrics struct {
	registry    *prometheus.Registry
	connections *prometheus.GaugeVec
	accepted    *prometheus.CounterVec
	limit       *prometheus.GaugeVec
	refused     *prometheus.CounterVec
	errors      *prometheus.CounterVec
	messages    *prometheus.CounterVec
}

func newMetrics() *metrics {
	protocol := []string{"protocol"}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		connections: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "echo_connections", Help: "Connections that are open; for websocket and grpc-stream the streams."}, protocol),
		accepted: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "echo_connections_total", Help: "Connections and streams that were opened."}, protocol),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "echo_refused_total", Help: "Connections and streams over the bound, and datagrams that are too long or forged."}, protocol),
		limit: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "echo_connections_limit", Help: "Bound of echo_connections, where the next one is refused."}, protocol),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "echo_errors_total", Help: "Connections that could not be accepted or read, and answers that could not be sent."}, protocol),
		messages: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "echo_messages_total", Help: "Messages that were sent back; for tcp reads."}, protocol),
	}
	m.registry.MustRegister(m.connections, m.accepted, m.limit, m.refused, m.errors, m.messages,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	// Every series is there from the start, so that the first event counts.
	for _, name := range []string{"tcp", "grpc", "http", "websocket", "grpc-stream"} {
		m.connections.WithLabelValues(name)
		m.accepted.WithLabelValues(name)
		m.refused.WithLabelValues(name)
	}
	m.refused.WithLabelValues("udp")
	for _, name := range []string{"tcp", "udp", "websocket", "grpc-stream"} {
		m.errors.WithLabelValues(name)
		m.messages.WithLabelValues(name)
	}
	return m
}

// opened counts a connection or stream; call what it gives back when it is over.
func (m *metrics) opened(protocol string) (over func()) {
	m.accepted.WithLabelValues(protocol).Inc()
	gauge := m.connections.WithLabelValues(protocol)
	gauge.Inc()
	return sync.OnceFunc(gauge.Dec)
}

// bound tells how many connections of a protocol there may be. gRPC has none for streams: it lets the client wait.
func (m *metrics) bound(protocol string, limit int) {
	m.limit.WithLabelValues(protocol).Set(float64(limit))
}

// limitedListener closes connections over its bound at once: a full server is seen as that, and not as a slow one.
type limitedListener struct {
	net.Listener
	metrics  *metrics
	protocol string
	places   chan struct{}
}

func (m *metrics) limited(listener net.Listener, protocol string, limit int) *limitedListener {
	m.bound(protocol, limit)
	return &limitedListener{Listener: listener, metrics: m, protocol: protocol, places: make(chan struct{}, limit)}
}

// Accept waits for the next connection within the bound.
func (l *limitedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		select {
		case l.places <- struct{}{}:
			over := l.metrics.opened(l.protocol)
			return &limitedConn{Conn: conn, release: sync.OnceFunc(func() { <-l.places; over() })}, nil
		default:
			l.metrics.refused.WithLabelValues(l.protocol).Inc()
			_ = conn.Close()
		}
	}
}

type limitedConn struct {
	net.Conn
	release func()
}

// Close gives the place back, however often it is called.
func (c *limitedConn) Close() error {
	c.release()
	return c.Conn.Close()
}
