package echo

import (
	"fmt"
	"math"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// Service is the name in scenarios/echo-stream.proto.
const Service = "continuousload.echo.v1.Echo"

// frame is a message as it came; the echo has no reason to look into it.
type frame []byte

// rawCodec passes frames through and leaves everything else, the health service, to protobuf. It takes protobuf's name, since
// that is what the content of both is.
type rawCodec struct{}

func (rawCodec) Name() string { return "proto" }

func (rawCodec) Marshal(message any) ([]byte, error) {
	switch message := message.(type) {
	case *frame:
		return *message, nil
	case proto.Message:
		return proto.Marshal(message)
	}
	return nil, fmt.Errorf("echo: cannot marshal %T", message)
}

func (rawCodec) Unmarshal(data []byte, message any) error {
	switch message := message.(type) {
	case *frame:
		*message = append((*message)[:0], data...)
		return nil
	case proto.Message:
		return proto.Unmarshal(data, message)
	}
	return fmt.Errorf("echo: cannot unmarshal %T", message)
}

func (s *Server) newRPC() (*grpc.Server, *health.Server) {
	server := grpc.NewServer(
		grpc.ForceServerCodec(rawCodec{}),
		grpc.MaxRecvMsgSize(s.config.MaxMessageBytes),
		grpc.MaxConcurrentStreams(uint32(min(s.config.MaxConnections, math.MaxInt32))),
		grpc.ConnectionTimeout(writeWithin),
		grpc.KeepaliveParams(keepalive.ServerParameters{MaxConnectionIdle: s.config.Idle}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 5 * time.Second, PermitWithoutStream: true}),
	)
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: Service,
		HandlerType: (*any)(nil),
		Streams: []grpc.StreamDesc{{
			StreamName: "Stream", ServerStreams: true, ClientStreams: true,
			Handler: func(_ any, stream grpc.ServerStream) error { return s.echoStream(stream) },
		}},
		Metadata: "echo-stream.proto",
	}, s)
	states := health.NewServer()
	states.SetServingStatus(Service, grpc_health_v1.HealthCheckResponse_SERVING)
	grpc_health_v1.RegisterHealthServer(server, states)
	return server, states
}

// echoStream sends every message back. A drain ends it with UNAVAILABLE right after an answer, when the client waits for none.
func (s *Server) echoStream(stream grpc.ServerStream) error {
	defer s.metrics.opened("grpc-stream")()
	type received struct {
		message frame
		err     error
	}
	messages := make(chan received)
	go func() {
		for {
			var message frame
			err := stream.RecvMsg(&message)
			select {
			case messages <- received{message, err}:
			case <-stream.Context().Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	answered := s.metrics.messages.WithLabelValues("grpc-stream")
	idle := time.NewTimer(s.config.Idle)
	defer idle.Stop()
	for {
		select {
		case next := <-messages:
			if next.err != nil {
				return endOfStream(next.err)
			}
			if err := stream.SendMsg(&next.message); err != nil {
				s.metrics.errors.WithLabelValues("grpc-stream").Inc()
				return err
			}
			answered.Inc()
			if s.draining.Err() != nil {
				return status.Error(codes.Unavailable, "draining")
			}
			idle.Reset(s.config.Idle)
		case <-s.over.Done():
			return status.Error(codes.Unavailable, "draining")
		case <-idle.C:
			return status.Error(codes.Aborted, "idle for too long")
		case <-stream.Context().Done():
			return stream.Context().Err()
		}
	}
}
