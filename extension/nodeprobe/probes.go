package nodeprobe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"continuous-load/extension/wire"
)

// tcpBytes is more than two full segments of an Ethernet frame each way, so that a path that loses large packets only is seen too.
const tcpBytes = 4096

// udpBytes fits into one packet everywhere: what a larger one would show is seen over TCP.
const udpBytes = 64

// failed are the reasons that a protocol can have, as in signals/node-model.ts.
var failed = map[string][]string{
	"tcp": {wire.ReasonConnect, wire.ReasonTimeout, wire.ReasonSilence, wire.ReasonReset, wire.ReasonBody},
	"udp": {wire.ReasonConnect, wire.ReasonLoss, wire.ReasonBody},
}

// probe sends one over a connection of its own and gives the reason why it failed, or none, and what lies behind that.
func (p *Prober) probe(ctx context.Context, protocol, address string, number uint64) (reason string, cause error) {
	switch protocol {
	case "tcp":
		return probeTCP(ctx, net.JoinHostPort(address, strconv.Itoa(p.config.TCP)), payload(p.config.Node, number, tcpBytes))
	case "udp":
		return probeUDP(ctx, net.JoinHostPort(address, strconv.Itoa(p.config.UDP)), payload(p.config.Node, number, udpBytes))
	}
	panic("Check lets no protocol through that is not in Protocols: " + protocol)
}

// payload is unlike that of any other probe of any node.
func payload(node string, number uint64, size int) []byte {
	nonce := fmt.Appendf(nil, "%d %s %d ", number, node, time.Now().UnixNano())
	return bytes.Repeat(nonce, size/len(nonce)+1)[:size]
}

func probeTCP(ctx context.Context, address string, payload []byte) (string, error) {
	// No keep-alives: the probes alone shall be on the wire.
	dialer := net.Dialer{KeepAlive: -1}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return wire.RefusedOr(wire.ReasonTimeout, err), err
	}
	defer conn.Close()
	defer until(ctx, conn)()
	if reason, detail := wire.Exchange(conn, payload); reason != "" {
		return reason, errors.New(detail)
	}
	return "", nil
}

func probeUDP(ctx context.Context, address string, payload []byte) (string, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "udp", address)
	if err != nil {
		return wire.RefusedOr(wire.ReasonLoss, err), err
	}
	defer conn.Close()
	defer until(ctx, conn)()
	if _, err := conn.Write(payload); err != nil {
		return wire.RefusedOr(wire.ReasonLoss, err), err
	}
	answer := make([]byte, len(payload)+1)
	n, err := conn.Read(answer)
	if err != nil {
		return wire.RefusedOr(wire.ReasonLoss, err), err
	}
	if !bytes.Equal(answer[:n], payload) {
		return wire.ReasonBody, errors.New("other bytes than those sent")
	}
	return "", nil
}

// until gives a connection the deadline of the probe, and ends its waiting when the probe is not wanted any more.
func until(ctx context.Context, conn net.Conn) (release func() bool) {
	deadline, _ := ctx.Deadline()
	_ = conn.SetDeadline(deadline)
	return context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
}
