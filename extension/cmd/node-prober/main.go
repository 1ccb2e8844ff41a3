// node-prober probes the echoes of its own and of some other nodes; on SIGTERM it stops, and shows its last counts until they are scraped.
package main

import (
	"context"
	"flag"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"continuous-load/extension/nodeprobe"
)

func main() {
	config := nodeprobe.Default()
	protocols := strings.Join(config.Protocols, ",")
	flag.StringVar(&config.Node, "node", os.Getenv("NODE_NAME"), "name of the node it runs on; default $NODE_NAME")
	flag.StringVar(&config.Namespace, "namespace", config.Namespace, "namespace of the echoes")
	flag.StringVar(&config.Service, "service", config.Service, "headless Service of the echoes")
	flag.IntVar(&config.Peers, "peers", config.Peers, "other nodes that are probed at a time")
	flag.Float64Var(&config.Rate, "rate", config.Rate, "probes per second to one node over one protocol")
	flag.StringVar(&protocols, "protocols", protocols, "what to probe over, comma-separated")
	flag.DurationVar(&config.Timeout, "timeout", config.Timeout, "of one probe")
	flag.DurationVar(&config.LatencyBound, "latency-bound", config.LatencyBound, "an answer after it is slow")
	flag.DurationVar(&config.Rotation, "rotation", config.Rotation, "how long peers are kept, where there are more nodes than peers")
	flag.DurationVar(&config.ZeroLead, "zero-lead", config.ZeroLead, "from the zeros of a pair to its first probe: two scrapes at least")
	flag.DurationVar(&config.Linger, "linger", config.Linger, "from the last probe to the end, at most: two scrapes at least")
	flag.IntVar(&config.TCP, "tcp", config.TCP, "port of the TCP echo")
	flag.IntVar(&config.UDP, "udp", config.UDP, "port of the UDP echo")
	flag.StringVar(&config.HTTP, "http", config.HTTP, "address of /metrics, /healthz and /readyz")
	flag.Parse()
	config.Protocols = strings.Split(protocols, ",")

	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := run(config, log); err != nil {
		log.Error("broken", "error", err)
		os.Exit(1)
	}
}

func run(config nodeprobe.Config, log *slog.Logger) error {
	api, err := nodeprobe.InCluster()
	if err != nil {
		return err
	}
	prober, err := nodeprobe.New(config, api, log)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	// From the first signal on, the next one has its usual effect.
	context.AfterFunc(ctx, stop)
	return prober.Run(ctx)
}
