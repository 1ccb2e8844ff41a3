// echo is the server that the paths grpc-stream, websocket, tcp and udp call; it drains on SIGTERM and ends at once on a second.
package main

import (
	"context"
	"flag"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"continuous-load/extension/echo"
)

func main() {
	config := echo.Default()
	flag.StringVar(&config.TCP, "tcp", config.TCP, "address of the TCP echo")
	flag.StringVar(&config.UDP, "udp", config.UDP, "address of the UDP echo")
	flag.StringVar(&config.GRPC, "grpc", config.GRPC, "address of the gRPC stream and health service")
	flag.StringVar(&config.HTTP, "http", config.HTTP, "address of /ws, /healthz, /readyz and /metrics")
	flag.DurationVar(&config.DrainAfter, "drain-after", config.DrainAfter, "from SIGTERM on, serve as before for so long, but unready")
	flag.DurationVar(&config.DrainWithin, "drain-within", config.DrainWithin, "then let streams end right after an answer, for so long at most")
	flag.DurationVar(&config.Idle, "idle", config.Idle, "close connections and streams that are unused for so long")
	flag.IntVar(&config.MaxConnections, "max-connections", config.MaxConnections, "connections per protocol")
	flag.IntVar(&config.MaxMessageBytes, "max-message-bytes", config.MaxMessageBytes, "size of a message")
	flag.Parse()

	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	server, err := echo.New(config, log)
	if err != nil {
		log.Error("cannot start", "error", err)
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	// From the first signal on, the next one has its usual effect.
	context.AfterFunc(ctx, stop)
	if err := server.Run(ctx); err != nil {
		log.Error("broken", "error", err)
		os.Exit(1)
	}
}
