package netprobe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"time"
)

// Reasons as in signals/paths.ts.
const (
	reasonDNS       = "dns"
	reasonConnect   = "connect"
	reasonTimeout   = "timeout"
	reasonSilence   = "silence"
	reasonReset     = "reset"
	reasonBody      = "body"
	reasonLoss      = "loss"
	reasonServfail  = "servfail"
	reasonAnswer    = "answer"
	reasonTruncated = "truncated"
)

// ownFaults are what the injector itself lacks; a probe that fails for that says nothing about the path.
var ownFaults = []syscall.Errno{
	syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.ENOBUFS, syscall.EADDRNOTAVAIL, syscall.EMSGSIZE,
}

// ownFault gives the error to throw when the injector itself is to blame, else nil.
func ownFault(err error) error {
	for _, errno := range ownFaults {
		// The resolver keeps only the text of what stopped it.
		if errors.Is(err, errno) || isLookup(err) && strings.Contains(err.Error(), errno.Error()) {
			return fmt.Errorf("netprobe: the injector itself cannot: %w", err)
		}
	}
	return nil
}

func isLookup(err error) bool {
	var lookup *net.DNSError
	return errors.As(err, &lookup)
}

func isTimeout(err error) bool {
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, syscall.ETIMEDOUT)
}

// resolve gives the first address of HOST:PORT, as a client would try it first.
func (m *Module) resolve(ctx context.Context, address string) (netip.AddrPort, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return netip.AddrPort{}, err
	}
	if literal, err := netip.ParseAddrPort(address); err == nil {
		return literal, nil
	}
	found, err := m.resolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return netip.AddrPort{}, err
	}
	number, err := m.resolver.LookupPort(ctx, "tcp", port)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return netip.AddrPortFrom(found[0].Unmap(), uint16(number)), nil
}

// until gives a connection the deadline of the probe, and cuts its waiting short when k6 ends the VU. Call what it gives back
// before the connection is used for anything else.
func (i *instance) until(ctx context.Context, conn net.Conn) (release func() bool) {
	deadline, _ := ctx.Deadline()
	_ = conn.SetDeadline(deadline)
	return context.AfterFunc(i.vu.Context(), func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
}
