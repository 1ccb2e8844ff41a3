package netprobe

import (
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
)

// repeatCounter stands before the HTTP client of one VU and counts what that client does by itself: Go sends a request again,
// without a word, when a connection that was used before is dead before the first byte of an answer. That is every GET, any
// request of which nothing was written yet, and with HTTP/2 also what the server says it has not touched.
type repeatCounter struct {
	next     http.RoundTripper
	repeated *atomic.Int64
}

// RoundTrip sends one request. Each attempt gets a connection, so each connection after the first is an attempt that nobody saw.
func (c repeatCounter) RoundTrip(request *http.Request) (*http.Response, error) {
	var attempts atomic.Int64
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) {
		if attempts.Add(1) > 1 {
			c.repeated.Add(1)
		}
	}}
	return c.next.RoundTrip(request.WithContext(httptrace.WithClientTrace(request.Context(), trace)))
}

// httpRepeats tells how often the HTTP client of this VU repeated a request by itself since it was asked before; the first time it
// begins to count.
func (i *instance) httpRepeats() (int64, error) {
	state := i.vu.State()
	if state == nil {
		return 0, errInit
	}
	if _, counted := state.Transport.(repeatCounter); !counted {
		state.Transport = repeatCounter{state.Transport, &i.repeated}
	}
	return i.repeated.Swap(0), nil
}
