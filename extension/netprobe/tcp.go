package netprobe

import (
	"context"
	"errors"
	"net"
	"syscall"

	"continuous-load/extension/wire"

	"github.com/grafana/sobek"
)

// mostKept bounds the connections and the sockets that one VU keeps.
const mostKept = 16

type tcpProbe struct {
	address string
	payload []byte
	kept    bool
}

// tcp is the function of that name for scripts.
func (i *instance) tcp(argument sobek.Value) (sobek.Value, error) {
	o := readOptions(i.vu.Runtime(), "tcp", argument)
	probe := tcpProbe{address: o.hostPort("address"), payload: o.payload(), kept: o.truth("kept")}
	timeout := o.timeout()
	if err := o.end(); err != nil {
		return nil, err
	}
	return i.measure(timeout, func(ctx context.Context) (verdict, error) { return i.probeTCP(ctx, probe) })
}

func (i *instance) probeTCP(ctx context.Context, probe tcpProbe) (verdict, error) {
	if kept := i.connections[probe.address]; probe.kept && kept != nil {
		release := i.until(ctx, kept)
		state, err := look(kept)
		if state == alive {
			found := exchange(kept, probe.payload)
			release()
			i.keep(probe.address, kept, found)
			return found, nil
		}
		release()
		i.forget(probe.address)
		switch state {
		case broken:
			return verdict{reason: reasonReset, detail: "the kept connection was found broken: " + err.Error()}, nil
		case stale:
			return verdict{reason: reasonBody, detail: "bytes on the kept connection that nobody asked for"}, nil
		}
		// The far end closed it in good order while nothing was under way: any client opens a new one and loses nothing.
	}

	conn, failed, err := i.dial(ctx, probe.address)
	if conn == nil {
		return failed, err
	}
	release := i.until(ctx, conn)
	found := exchange(conn, probe.payload)
	release()
	if probe.kept {
		i.keep(probe.address, conn, found)
	} else {
		_ = conn.Close()
	}
	return found, nil
}

// dial resolves and connects; without a connection it says why, or gives an error when the injector itself is to blame.
func (i *instance) dial(ctx context.Context, address string) (*net.TCPConn, verdict, error) {
	to, err := i.lookUp(ctx, address)
	if err != nil {
		return nil, verdict{reason: reasonDNS, detail: err.Error()}, ownFault(err)
	}
	// No keep-alives: the probes alone shall be on the wire.
	dialer := net.Dialer{KeepAlive: -1}
	conn, err := dialer.DialContext(ctx, "tcp", to.String())
	if err != nil {
		return nil, verdict{reason: wire.RefusedOr(reasonTimeout, err), detail: err.Error()}, ownFault(err)
	}
	return conn.(*net.TCPConn), verdict{}, nil
}

// exchange sends the payload over a connection that was made and judges what comes back.
func exchange(conn *net.TCPConn, payload []byte) verdict {
	reason, detail := wire.Exchange(conn, payload)
	return verdict{reason: reason, detail: detail}
}

// keep has the connection ready for the next probe; after a failure it is closed, since a late answer would be taken for the next.
func (i *instance) keep(address string, conn *net.TCPConn, found verdict) {
	if found.reason != "" {
		i.connections[address] = conn
		i.forget(address)
		return
	}
	if _, known := i.connections[address]; !known && len(i.connections) >= mostKept {
		for other := range i.connections {
			i.forget(other)
			break
		}
	}
	i.connections[address] = conn
}

func (i *instance) forget(address string) {
	_ = i.connections[address].Close()
	delete(i.connections, address)
}

type connectionState int

const (
	alive connectionState = iota
	// closed in good order by the far end.
	closed
	// broken: reset or given up by the kernel.
	broken
	// stale: there are bytes to read before anything was asked.
	stale
)

// look sees without waiting what became of a kept connection since its last use.
func look(conn *net.TCPConn) (connectionState, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return broken, err
	}
	var n int
	var peekErr error
	err = raw.Read(func(fd uintptr) bool {
		n, _, peekErr = syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		return true
	})
	switch {
	case err != nil:
		return broken, err
	case errors.Is(peekErr, syscall.EAGAIN):
		return alive, nil
	case peekErr != nil:
		return broken, peekErr
	case n == 0:
		return closed, nil
	default:
		return stale, nil
	}
}
