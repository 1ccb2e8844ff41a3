package netprobe

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"

	"continuous-load/extension/wire"
)

// Reasons as in signals/paths.ts; those that other probers give too are in package wire.
const (
	reasonDNS       = "dns"
	reasonTimeout   = wire.ReasonTimeout
	reasonConnect   = wire.ReasonConnect
	reasonReset     = wire.ReasonReset
	reasonBody      = wire.ReasonBody
	reasonLoss      = wire.ReasonLoss
	reasonServfail  = "servfail"
	reasonAnswer    = "answer"
	reasonTruncated = "truncated"
)

// ownFault gives the error to throw when the injector itself is to blame, else nil.
func ownFault(err error) error {
	if own := wire.OwnFault(err); own != nil {
		return fmt.Errorf("netprobe: %w", own)
	}
	return nil
}

// lookUp is resolve, of which the probe under way remembers how long it took.
func (i *instance) lookUp(ctx context.Context, address string) (netip.AddrPort, error) {
	begin := time.Now()
	found, err := i.resolve(ctx, address)
	i.lookedUp = time.Since(begin)
	return found, err
}

// outOfTime names what used up the time of a probe that was not answered in it: the lookup of the name, where that took most of it.
func outOfTime(found verdict, lookedUp, took time.Duration) verdict {
	switch found.reason {
	case reasonTimeout, reasonLoss, wire.ReasonSilence:
		if lookedUp > took/2 {
			found.detail = fmt.Sprintf("the name was found after %v, then: %s", lookedUp.Round(time.Millisecond), found.detail)
			found.reason = reasonDNS
		}
	}
	return found
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
