// Package nodeprobe is the prober that runs on every node: it probes the echo of its own node and of some other nodes over TCP and UDP,
// and shows what came of it by pair of nodes.
package nodeprobe

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Config says who probes whom, how often, and what is shown where.
type Config struct {
	// Node is the name of the node that this prober runs on.
	Node string
	// Peers is how many other nodes are probed at a time; the own one is always probed too.
	Peers int
	// Rate is the probes per second to one node over one protocol.
	Rate float64
	// Protocols are some of those in Protocols.
	Protocols []string
	Timeout   time.Duration
	// LatencyBound: a right answer after it is slow.
	LatencyBound time.Duration
	// Rotation is how long a node keeps its peers, where there are more nodes than peers.
	Rotation time.Duration
	// ZeroLead is how long the counters of a new pair stand at 0 before its first probe: they must have been scraped once.
	ZeroLead time.Duration
	// Linger is how long the last counts are shown after the last probe: they must be scraped once more.
	Linger time.Duration
	// TCP and UDP are the ports of the echo on every node.
	TCP, UDP int
	// HTTP is the address of /metrics, /healthz and /readyz.
	HTTP string
	// Namespace and Service name the headless Service of the echoes, whose EndpointSlices say on which nodes they are.
	Namespace, Service string
}

// Protocols are all that a node can be probed over.
var Protocols = []string{"tcp", "udp"}

// Default is the configuration of the product: as in signals/node-model.ts.
func Default() Config {
	return Config{
		Peers: 3, Rate: 0.5, Protocols: Protocols, Timeout: time.Second, LatencyBound: 25 * time.Millisecond,
		Rotation: time.Hour, ZeroLead: 12 * time.Second, Linger: 12 * time.Second,
		TCP: 9017, UDP: 9017, HTTP: ":9010", Namespace: "continuous-load", Service: "node-echo",
	}
}

// Check tells what is wrong with a configuration.
func (c Config) Check() error {
	switch {
	case c.Node == "":
		return errors.New("the name of the node must be given")
	case c.Peers < 1:
		return errors.New("there must be a peer at least")
	case !(c.Rate > 0):
		return errors.New("the rate must be above 0")
	case len(c.Protocols) == 0:
		return errors.New("there must be a protocol at least")
	case c.Timeout <= c.LatencyBound || c.LatencyBound <= 0:
		return errors.New("the timeout must be above the latency bound, and that above 0")
	case c.Timeout > c.interval():
		return errors.New("a probe must be over before the next is due: lower the timeout or the rate")
	case c.Rotation < time.Minute:
		return errors.New("peers must be kept for a minute at least")
	case c.ZeroLead < 0 || c.Linger < 0:
		return errors.New("times must not be negative")
	}
	for _, protocol := range c.Protocols {
		if !slices.Contains(Protocols, protocol) {
			return fmt.Errorf("there is no protocol %q", protocol)
		}
	}
	return nil
}

func (c Config) interval() time.Duration {
	return time.Duration(float64(time.Second) / c.Rate)
}

// lagBound: a timeout while the prober itself was late by so much says nothing, as for the injector (signals/injector.ts).
func (c Config) lagBound() time.Duration {
	return c.Timeout / 4
}
