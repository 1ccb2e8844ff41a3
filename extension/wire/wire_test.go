package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"
)

func TestWhatTheProberLacksIsNoReason(t *testing.T) {
	for _, errno := range ownFaults {
		if OwnFault(fmt.Errorf("dial: %w", &net.OpError{Op: "dial", Err: os.NewSyscallError("socket", errno)})) == nil {
			t.Errorf("%v is taken for a fault of the path", errno)
		}
		if OwnFault(&net.DNSError{Err: "dial udp 10.0.0.1:53: socket: " + errno.Error()}) == nil {
			t.Errorf("%v in a lookup is taken for a fault of the path", errno)
		}
	}
	for _, err := range []error{syscall.ECONNREFUSED, syscall.EHOSTUNREACH, syscall.EPERM, context.DeadlineExceeded, errors.New("too many open files")} {
		if OwnFault(err) != nil {
			t.Errorf("%v is taken for a fault of the prober", err)
		}
	}
}
