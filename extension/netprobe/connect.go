package netprobe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"continuous-load/extension/wire"

	"github.com/grafana/sobek"
)

// mostRead bounds what is read of a server that says something else than what is waited for.
const mostRead = 64 * 1024

type connectProbe struct {
	address string
	// send and contains may be empty: then a connection alone is good.
	send     string
	contains string
}

// connect is the function of that name for scripts.
func (i *instance) connect(argument sobek.Value) (sobek.Value, error) {
	o := readOptions(i.vu.Runtime(), "connect", argument)
	probe := connectProbe{address: o.hostPort("address"), send: o.optionalText("send"), contains: o.optionalText("contains")}
	timeout := o.timeout()
	if err := o.end(); err != nil {
		return nil, err
	}
	return i.measure(timeout, func(ctx context.Context) (verdict, error) { return i.probeConnect(ctx, probe) })
}

func (i *instance) probeConnect(ctx context.Context, probe connectProbe) (verdict, error) {
	conn, failed, err := i.dial(ctx, probe.address)
	if conn == nil {
		return failed, err
	}
	defer conn.Close()
	defer i.until(ctx, conn)()
	if probe.send != "" {
		if _, err := conn.Write([]byte(probe.send)); err != nil {
			return unanswered(err, 0), nil
		}
	}
	if probe.contains == "" {
		return verdict{}, nil
	}
	return awaitText(conn, []byte(probe.contains)), nil
}

// awaitText reads until the text came, or something that says that it will not.
func awaitText(conn net.Conn, text []byte) verdict {
	var got []byte
	buffer := make([]byte, 4096)
	for {
		n, err := conn.Read(buffer)
		got = append(got, buffer[:n]...)
		switch {
		case bytes.Contains(got, text):
			return verdict{}
		case err != nil:
			return unanswered(err, len(got))
		case len(got) > mostRead:
			return verdict{reason: reasonBody, detail: fmt.Sprintf("not within %d bytes", mostRead)}
		}
	}
}

// unanswered is the verdict where the text did not come; a server that said something else is no silent one.
func unanswered(err error, got int) verdict {
	switch {
	case got > 0 && (errors.Is(err, io.EOF) || wire.IsTimeout(err)):
		return verdict{reason: reasonBody, detail: fmt.Sprintf("%d other bytes", got)}
	case wire.IsTimeout(err):
		return verdict{reason: wire.ReasonSilence, detail: err.Error()}
	case errors.Is(err, io.EOF):
		return verdict{reason: reasonReset, detail: "closed without an answer"}
	default:
		return verdict{reason: reasonReset, detail: err.Error()}
	}
}
