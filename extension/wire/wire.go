// Package wire has what probes over TCP and UDP share, whoever sends them: the words for what went wrong, and the exchange itself.
package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
)

// Reasons as in signals/paths.ts.
const (
	ReasonConnect = "connect"
	ReasonTimeout = "timeout"
	ReasonSilence = "silence"
	ReasonReset   = "reset"
	ReasonBody    = "body"
	ReasonLoss    = "loss"
)

// ownFaults are what the prober itself lacks; a probe that fails for that says nothing about the path.
var ownFaults = []syscall.Errno{
	syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.ENOBUFS, syscall.EADDRNOTAVAIL, syscall.EMSGSIZE,
}

// OwnFault gives the error to report when the prober itself is to blame, else nil.
func OwnFault(err error) error {
	for _, errno := range ownFaults {
		// The resolver keeps only the text of what stopped it.
		if errors.Is(err, errno) || isLookup(err) && strings.Contains(err.Error(), errno.Error()) {
			return fmt.Errorf("the prober itself cannot: %w", err)
		}
	}
	return nil
}

func isLookup(err error) bool {
	var lookup *net.DNSError
	return errors.As(err, &lookup)
}

// IsTimeout tells whether an error is that nothing came in time.
func IsTimeout(err error) bool {
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, syscall.ETIMEDOUT)
}

// RefusedOr is the verdict of an error where nothing was answered: refused, or the given reason where the time was over. That is so too where
// nothing was sent yet: a prober that was late for that must not call it refused, which is never put down to its own lateness.
func RefusedOr(overTime string, err error) (reason string) {
	if IsTimeout(err) {
		return overTime
	}
	return ReasonConnect
}

// Exchange sends the payload and wants exactly that back; the reason is empty when it came. Wrong bytes are told at once, however
// many are still to come. The deadline is that of the connection.
func Exchange(conn net.Conn, payload []byte) (reason, detail string) {
	if _, err := conn.Write(payload); err != nil {
		return brokenOff(err)
	}
	answer := make([]byte, len(payload)+1)
	for got := 0; got < len(payload); {
		n, err := conn.Read(answer[got:])
		got += n
		if got > len(payload) || !bytes.Equal(answer[:got], payload[:got]) {
			return ReasonBody, "other bytes than those sent"
		}
		if err != nil && got < len(payload) {
			return brokenOff(err)
		}
	}
	return "", ""
}

// brokenOff is the verdict of an error on a connection that was made.
func brokenOff(err error) (reason, detail string) {
	switch {
	case IsTimeout(err):
		return ReasonSilence, err.Error()
	case errors.Is(err, io.EOF):
		return ReasonReset, "closed with this message unanswered"
	default:
		return ReasonReset, err.Error()
	}
}
