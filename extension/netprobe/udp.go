package netprobe

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"

	"continuous-load/extension/wire"

	"github.com/grafana/sobek"
)

const (
	// datagramsKnown: so many earlier datagrams of a kept socket are recognised when they come back.
	datagramsKnown = 64
	// smallestBuffer holds what any earlier probe of usual size sent.
	smallestBuffer = 2048
	// mostWaiting bounds how many old datagrams are read before a probe is sent.
	mostWaiting = 1000
)

type udpProbe struct {
	address string
	payload []byte
	kept    bool
}

type sentDatagram struct {
	payload []byte
	// givenUp: its probe was over before the answer came.
	givenUp bool
}

// keptSocket is a connected socket that lives from probe to probe, as a client's does that sends all day.
type keptSocket struct {
	conn   *net.UDPConn
	remote netip.AddrPort
	// failed: the last probe was; the name is looked up again, since the Service may have another address now.
	failed bool
	sent   []sentDatagram
	buffer []byte
}

// udp is the function of that name for scripts.
func (i *instance) udp(argument sobek.Value) (sobek.Value, error) {
	o := readOptions(i.vu.Runtime(), "udp", argument)
	probe := udpProbe{address: o.hostPort("address"), payload: o.payload(), kept: o.truth("kept")}
	timeout := o.timeout()
	if err := o.end(); err != nil {
		return nil, err
	}
	return i.measure(timeout, func(ctx context.Context) (verdict, error) { return i.probeUDP(ctx, probe) })
}

func (i *instance) probeUDP(ctx context.Context, probe udpProbe) (verdict, error) {
	socket, failed, err := i.socket(ctx, probe)
	if socket == nil {
		return failed, err
	}
	defer i.until(ctx, socket.conn)()
	if !probe.kept {
		defer socket.conn.Close()
	}
	found, err := socket.probe(probe.payload)
	socket.failed = found.reason != "" || err != nil
	return found, err
}

// socket gives the kept one, or a new one where there is none or the name leads elsewhere now.
func (i *instance) socket(ctx context.Context, probe udpProbe) (*keptSocket, verdict, error) {
	kept := i.sockets[probe.address]
	if probe.kept && kept != nil && !kept.failed {
		return kept, verdict{}, nil
	}
	remote, err := i.lookUp(ctx, probe.address)
	if err != nil {
		return nil, verdict{reason: reasonDNS, detail: err.Error()}, ownFault(err)
	}
	if probe.kept && kept != nil && kept.remote == remote {
		return kept, verdict{}, nil
	}
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(remote))
	if err != nil {
		return nil, verdict{reason: reasonConnect, detail: err.Error()}, ownFault(err)
	}
	socket := &keptSocket{conn: conn, remote: remote}
	if probe.kept {
		i.keepSocket(probe.address, socket)
	}
	return socket, verdict{}, nil
}

func (i *instance) keepSocket(address string, socket *keptSocket) {
	if old := i.sockets[address]; old != nil {
		_ = old.conn.Close()
	} else if len(i.sockets) >= mostKept {
		for other, old := range i.sockets {
			_ = old.conn.Close()
			delete(i.sockets, other)
			break
		}
	}
	i.sockets[address] = socket
}

// probe sends one datagram and waits for it to come back.
func (s *keptSocket) probe(payload []byte) (verdict, error) {
	if wanted := max(len(payload)+1, smallestBuffer); len(s.buffer) < wanted {
		s.buffer = make([]byte, wanted)
	}
	late := s.clear()
	if _, err := s.conn.Write(payload); err != nil {
		return verdict{reason: wire.RefusedOr(reasonLoss, err), detail: err.Error(), late: late}, ownFault(err)
	}
	for {
		n, err := s.conn.Read(s.buffer)
		switch {
		case err != nil:
			s.remember(payload, true)
			return verdict{reason: wire.RefusedOr(reasonLoss, err), detail: err.Error(), late: late}, ownFault(err)
		case bytes.Equal(s.buffer[:n], payload):
			s.remember(payload, false)
			return verdict{late: late}, nil
		}
		earlier := s.find(s.buffer[:n])
		if earlier == nil {
			s.remember(payload, true)
			return verdict{reason: reasonBody, detail: "other bytes than those sent", late: late}, nil
		}
		late += earlier.arrived()
	}
}

// clear reads what came since the last probe without waiting, and counts the late answers in it. An ICMP error that is left
// over belongs to an earlier probe: if the fault is still there, this one gets its own.
func (s *keptSocket) clear() (late int) {
	raw, err := s.conn.SyscallConn()
	if err != nil {
		return 0
	}
	_ = raw.Read(func(fd uintptr) bool {
		for range mostWaiting {
			n, _, err := syscall.Recvfrom(int(fd), s.buffer, syscall.MSG_DONTWAIT)
			if errors.Is(err, syscall.EAGAIN) {
				break
			}
			if err == nil {
				if earlier := s.find(s.buffer[:n]); earlier != nil {
					late += earlier.arrived()
				}
			}
		}
		return true
	})
	return late
}

func (s *keptSocket) remember(payload []byte, givenUp bool) {
	if len(s.sent) >= datagramsKnown {
		s.sent = append(s.sent[:0], s.sent[1:]...)
	}
	s.sent = append(s.sent, sentDatagram{payload: payload, givenUp: givenUp})
}

func (s *keptSocket) find(datagram []byte) *sentDatagram {
	for index := range s.sent {
		if bytes.Equal(s.sent[index].payload, datagram) {
			return &s.sent[index]
		}
	}
	return nil
}

// arrived is 1 for the first answer to a datagram that was given up, 0 for one that the network doubled.
func (d *sentDatagram) arrived() int {
	if !d.givenUp {
		return 0
	}
	d.givenUp = false
	return 1
}
