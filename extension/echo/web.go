package echo

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// endOfStream is nil when the client is simply done.
func endOfStream(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func (s *Server) newWeb() *http.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("/ws", s.webSocket)
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	mux.HandleFunc("/readyz", func(w http.ResponseWriter, _ *http.Request) {
		if !s.ready() {
			http.Error(w, "draining", http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, "ok\n")
	})
	mux.Handle("/metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}))
	return &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10}
}

// upgrader takes any origin: there are no cookies here that a foreign page could use.
var upgrader = websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}

// webSocket sends every message back as the kind it came. A drain closes it with 1001 (going away) right after an answer.
func (s *Server) webSocket(w http.ResponseWriter, r *http.Request) {
	if s.sockets.Add(1) > int64(s.config.MaxConnections) {
		s.sockets.Add(-1)
		s.metrics.refused.WithLabelValues("websocket").Inc()
		http.Error(w, "too many WebSockets", http.StatusServiceUnavailable)
		return
	}
	defer s.sockets.Add(-1)
	socket, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	s.open.Add(1)
	defer s.open.Add(-1)
	defer s.metrics.opened("websocket")()
	defer socket.Close()
	socket.SetReadLimit(int64(s.config.MaxMessageBytes))
	defer context.AfterFunc(s.over, func() { goAway(socket) })()

	answered := s.metrics.messages.WithLabelValues("websocket")
	patience := s.config.Idle
	for {
		_ = socket.SetReadDeadline(time.Now().Add(patience))
		if s.over.Err() != nil {
			goAway(socket)
		}
		kind, message, err := socket.ReadMessage()
		if err != nil {
			return
		}
		if patience != s.config.Idle {
			// The far end knows that this socket closes; whatever it sent before it knew cannot be answered any more.
			continue
		}
		_ = socket.SetWriteDeadline(time.Now().Add(writeWithin))
		if err := socket.WriteMessage(kind, message); err != nil {
			s.metrics.errors.WithLabelValues("websocket").Inc()
			return
		}
		answered.Inc()
		if s.draining.Err() != nil {
			goAway(socket)
			patience = lastWords
		}
	}
}

// goAway starts the closing handshake and gives the client a moment for its half.
func goAway(socket *websocket.Conn) {
	_ = socket.SetReadDeadline(time.Now().Add(lastWords))
	reason := websocket.FormatCloseMessage(websocket.CloseGoingAway, "draining")
	_ = socket.WriteControl(websocket.CloseMessage, reason, time.Now().Add(lastWords))
}
