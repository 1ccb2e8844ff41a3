// Package echo is the server that the paths grpc-stream, websocket, tcp and udp call: it sends back what it got, and goes away
// in good order, so that what a client loses is the path's fault and not this server's.
package echo

import (
	"errors"
	"time"
)

// Config says where the server listens and what bounds it. Zero ports choose free ones.
type Config struct {
	TCP, UDP, GRPC, HTTP string
	// DrainAfter is how long it serves as before once it is unready: until endpoints without it have reached every node.
	DrainAfter time.Duration
	// DrainWithin is how long streams have from then on to end by themselves, each right after its next answer.
	DrainWithin time.Duration
	// Idle closes connections and streams that nobody used for so long.
	Idle time.Duration
	// MaxConnections is the bound of each protocol; the next one is closed at once.
	MaxConnections int
	// MaxMessageBytes is the bound of a WebSocket or gRPC message, of a datagram, and of one read of TCP.
	MaxMessageBytes int
}

// Default is the configuration of the product: ports as in signals/targets.ts.
func Default() Config {
	return Config{
		TCP: ":9007", UDP: ":9007", GRPC: ":9008", HTTP: ":9009",
		DrainAfter: 5 * time.Second, DrainWithin: 5 * time.Second, Idle: 10 * time.Minute,
		MaxConnections: 4096, MaxMessageBytes: 64 << 10,
	}
}

// Check tells what is wrong with a configuration.
func (c Config) Check() error {
	switch {
	case c.DrainAfter < 0 || c.DrainWithin < 0:
		return errors.New("the times of draining must not be negative")
	case c.Idle <= 0:
		return errors.New("the idle time must be above 0")
	case c.MaxConnections <= 0:
		return errors.New("the number of connections must be above 0")
	case c.MaxMessageBytes <= 0 || c.MaxMessageBytes > 16<<20:
		return errors.New("the size of a message must be above 0 and at most 16 MiB")
	}
	return nil
}
