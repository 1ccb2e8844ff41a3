package echo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
)

const (
	// quiet: so long after an answer a draining TCP connection must be silent before it is closed, so that no message is cut in two.
	quiet = 20 * time.Millisecond
	// lastWords bounds the closing handshakes at the very end.
	lastWords = time.Second
	// writeWithin: a client that does not read is given up after this.
	writeWithin = 10 * time.Second
)

// Server listens from New on and serves in Run.
type Server struct {
	config  Config
	log     *slog.Logger
	metrics *metrics

	tcp    *limitedListener
	udp    *net.UDPConn
	grpc   *limitedListener
	http   *limitedListener
	rpc    *grpc.Server
	health *health.Server
	web    *http.Server

	unready  atomic.Bool
	sockets  atomic.Int64
	draining context.Context
	drain    context.CancelFunc
	over     context.Context
	end      context.CancelFunc
	// datagramWhileUnready: somebody's flow still led here when endpoints should have told it no more.
	datagramWhileUnready atomic.Bool
	// open counts what has to end before the server may: TCP connections and WebSockets; the gRPC server knows its streams.
	open atomic.Int64
}

// New opens all ports; an error names the one that could not be opened.
func New(config Config, log *slog.Logger) (*Server, error) {
	if err := config.Check(); err != nil {
		return nil, err
	}
	s := &Server{config: config, log: log, metrics: newMetrics()}
	s.draining, s.drain = context.WithCancel(context.Background())
	s.over, s.end = context.WithCancel(context.Background())
	if err := s.listen(); err != nil {
		s.close()
		return nil, err
	}
	s.rpc, s.health = s.newRPC()
	s.web = s.newWeb()
	return s, nil
}

func (s *Server) listen() error {
	for _, port := range []struct {
		protocol, address string
		listener          **limitedListener
		spare             int
	}{
		{"tcp", s.config.TCP, &s.tcp, 0},
		{"grpc", s.config.GRPC, &s.grpc, 0},
		// WebSockets have their own bound within these, so that kubelet and Prometheus always find a place.
		{"http", s.config.HTTP, &s.http, 64},
	} {
		listener, err := net.Listen("tcp", port.address)
		if err != nil {
			return fmt.Errorf("%s: %w", port.protocol, err)
		}
		*port.listener = s.metrics.limited(listener, port.protocol, s.config.MaxConnections+port.spare)
	}
	s.metrics.bound("websocket", s.config.MaxConnections)
	address, err := net.ResolveUDPAddr("udp", s.config.UDP)
	if err == nil {
		s.udp, err = net.ListenUDP("udp", address)
	}
	if err != nil {
		return fmt.Errorf("udp: %w", err)
	}
	return nil
}

// Addresses are those really listened on, by protocol.
func (s *Server) Addresses() map[string]string {
	return map[string]string{
		"tcp": s.tcp.Addr().String(), "udp": s.udp.LocalAddr().String(),
		"grpc": s.grpc.Addr().String(), "http": s.http.Addr().String(),
	}
}

// Run serves until ctx is done, then drains: unready at once, as before for DrainAfter, then every stream ends right after its
// next answer, and what is left after DrainWithin is closed between messages. Datagrams are answered for all of DrainWithin if
// any came since it is unready. It returns nil after a drain, else what broke.
func (s *Server) Run(ctx context.Context) error {
	defer s.close()
	broken := make(chan error, 4)
	serve := func(protocol string, run func() error) {
		go func() {
			if err := run(); err != nil && s.over.Err() == nil && !expected(err) {
				broken <- fmt.Errorf("%s: %w", protocol, err)
			}
		}()
	}
	serve("tcp", s.serveTCP)
	serve("udp", s.serveUDP)
	serve("grpc", func() error { return s.rpc.Serve(s.grpc) })
	serve("http", func() error { return s.web.Serve(s.http) })
	s.log.Info("serving", "addresses", s.Addresses())

	select {
	case err := <-broken:
		return err
	case <-ctx.Done():
	}
	s.log.Info("unready; serving on", "for", s.config.DrainAfter)
	s.unready.Store(true)
	s.health.Shutdown()
	time.Sleep(s.config.DrainAfter)

	s.log.Info("draining", "within", s.config.DrainWithin)
	s.drain()
	// kube-proxy lets a flow of datagrams lead to a pod that ends for as long as its EndpointSlice says `serving`, and that is
	// until the kubelet has seen it unready a few times: longer than streams take to end.
	allowed := time.After(s.config.DrainWithin)
	stopped := make(chan struct{})
	go func() {
		// Tells clients to open their next stream elsewhere, and waits for the streams there are.
		s.rpc.GracefulStop()
		for s.open.Load() > 0 {
			time.Sleep(quiet)
		}
		close(stopped)
	}()
	wait(stopped, s.config.DrainWithin)
	if s.datagramWhileUnready.Load() {
		<-allowed
	}
	s.end()
	wait(stopped, lastWords)
	s.log.Info("drained")
	return nil
}

// ready tells whether new clients are welcome.
func (s *Server) ready() bool { return !s.unready.Load() }

func (s *Server) close() {
	s.drain()
	s.end()
	if s.web != nil {
		ctx, cancel := context.WithTimeout(context.Background(), lastWords)
		defer cancel()
		_ = s.web.Shutdown(ctx)
		s.rpc.Stop()
	}
	for _, listener := range []*limitedListener{s.tcp, s.grpc, s.http} {
		if listener != nil {
			_ = listener.Close()
		}
	}
	if s.udp != nil {
		_ = s.udp.Close()
	}
}

func expected(err error) bool {
	return errors.Is(err, net.ErrClosed) || errors.Is(err, http.ErrServerClosed) || errors.Is(err, grpc.ErrServerStopped)
}

func wait(done <-chan struct{}, most time.Duration) {
	select {
	case <-done:
	case <-time.After(most):
	}
}
