package echo

import (
	"context"
	"errors"
	"net"
	"time"
)

// acceptPause: when the process has no file descriptors left, trying again at once would only burn CPU.
const acceptPause = 50 * time.Millisecond

func (s *Server) serveTCP() error {
	for {
		conn, err := s.tcp.Accept()
		if errors.Is(err, net.ErrClosed) {
			return err
		}
		if err != nil {
			s.log.Warn("tcp", "error", err)
			s.metrics.errors.WithLabelValues("tcp").Inc()
			time.Sleep(acceptPause)
			continue
		}
		s.open.Add(1)
		go func() {
			defer s.open.Add(-1)
			defer conn.Close()
			s.echoTCP(conn)
		}()
	}
}

// echoTCP sends back what it reads until the client closes, is idle for too long, or this server drains. Closing after a quiet
// moment sends a FIN with nothing unanswered.
func (s *Server) echoTCP(conn net.Conn) {
	defer context.AfterFunc(s.over, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })()
	buffer := make([]byte, s.config.MaxMessageBytes)
	patience := s.config.Idle
	for {
		_ = conn.SetReadDeadline(time.Now().Add(patience))
		if s.over.Err() != nil {
			return
		}
		n, err := conn.Read(buffer)
		if n > 0 {
			_ = conn.SetWriteDeadline(time.Now().Add(writeWithin))
			if _, err := conn.Write(buffer[:n]); err != nil {
				s.metrics.errors.WithLabelValues("tcp").Inc()
				return
			}
			s.metrics.messages.WithLabelValues("tcp").Inc()
		}
		if err != nil {
			return
		}
		if s.draining.Err() != nil {
			patience = quiet
		}
	}
}

func (s *Server) serveUDP() error {
	own := s.udp.LocalAddr().(*net.UDPAddr).AddrPort().Port()
	answered := s.metrics.messages.WithLabelValues("udp")
	refused := s.metrics.refused.WithLabelValues("udp")
	failed := s.metrics.errors.WithLabelValues("udp")
	buffer := make([]byte, 65536)
	for {
		n, client, err := s.udp.ReadFromUDPAddrPort(buffer)
		if errors.Is(err, net.ErrClosed) {
			return err
		}
		if err != nil {
			failed.Inc()
			continue
		}
		// Two echo servers would answer each other for ever, once somebody forged the first datagram.
		if n > s.config.MaxMessageBytes || client.Port() == own {
			refused.Inc()
			continue
		}
		if _, err := s.udp.WriteToUDPAddrPort(buffer[:n], client); err != nil {
			failed.Inc()
			continue
		}
		answered.Inc()
		if s.unready.Load() {
			s.datagramWhileUnready.Store(true)
		}
	}
}
