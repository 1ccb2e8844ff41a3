package echo

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// pause between two messages of a client; long beside a round trip and beside what a busy machine adds to the server's quiet moment,
// as with real probes.
const pause = 500 * time.Millisecond

// holder holds one connection open, and learns of its end when it comes.
type holder struct {
	send     func(string) error
	received chan string
	end      chan error
}

// listening fills a holder from receive until that fails.
func listening(send func(string) error, receive func() (string, error)) *holder {
	h := &holder{send, make(chan string, 10), make(chan error, 1)}
	go func() {
		for {
			message, err := receive()
			if err != nil {
				h.end <- err
				return
			}
			h.received <- message
		}
	}()
	return h
}

var protocols = map[string]struct {
	hold func(*testing.T, *running) *holder
	// good tells an end in good order.
	good func(error) bool
}{
	"tcp": {
		func(t *testing.T, r *running) *holder {
			conn := r.dialTCP(t)
			buffer := make([]byte, 100)
			return listening(
				func(message string) error { _, err := io.WriteString(conn, message); return err },
				func() (string, error) { n, err := conn.Read(buffer); return string(buffer[:n]), err })
		},
		func(err error) bool { return errors.Is(err, io.EOF) },
	},
	"websocket": {
		func(t *testing.T, r *running) *holder {
			socket := r.dialSocket(t)
			return listening(
				func(message string) error { return socket.WriteMessage(websocket.TextMessage, []byte(message)) },
				func() (string, error) { _, message, err := socket.ReadMessage(); return string(message), err })
		},
		func(err error) bool { return websocket.IsCloseError(err, websocket.CloseGoingAway) },
	},
	"grpc-stream": {
		func(t *testing.T, r *running) *holder {
			stream := openStream(t, r.client(t))
			return listening(
				func(message string) error { raw := frame(message); return stream.SendMsg(&raw) },
				func() (string, error) {
					var message frame
					err := stream.RecvMsg(&message)
					return string(message), err
				})
		},
		func(err error) bool {
			return status.Code(err) == codes.Unavailable && strings.Contains(err.Error(), "draining")
		},
	},
}

// Clients that send all the time and open a new connection when the old one ends lose no message over a drain.
func TestADrainLosesNoMessage(t *testing.T) {
	for protocol, client := range protocols {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			old, next := start(t, func(c *Config) { c.DrainAfter, c.DrainWithin = 100*time.Millisecond, patience }), start(t, asItIs)
			held := client.hold(t, old)
			moved := 0
			for number := range 8 {
				if number == 3 {
					old.stop()
				}
				select {
				case err := <-held.end:
					if !client.good(err) {
						t.Errorf("it ended with %v", err)
					}
					// By now, endpoints name only the other one.
					held = client.hold(t, next)
					moved++
				default:
				}
				message := fmt.Sprintf("message %d", number)
				if err := held.send(message); err != nil {
					t.Errorf("%s cannot be sent: %v", message, err)
				}
				select {
				case answer := <-held.received:
					if answer != message {
						t.Errorf("%s is answered by %q", message, answer)
					}
				case err := <-held.end:
					t.Fatalf("%s is lost: %v", message, err)
				case <-time.After(patience):
					t.Fatalf("%s is not answered", message)
				}
				time.Sleep(pause)
			}
			if moved != 1 {
				t.Errorf("it moved %d times", moved)
			}
			old.ended(t)
		})
	}
}

// Who sends nothing is not waited for, and is told in good order too.
func TestADrainEndsIdleConnections(t *testing.T) {
	for protocol, client := range protocols {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			r := start(t, func(c *Config) { c.DrainWithin = 100 * time.Millisecond })
			held := client.hold(t, r)
			_ = held.send("x")
			<-held.received
			// The server has to be waiting again: a drain that begins right after an answer needs no more than that.
			time.Sleep(pause)
			begin := time.Now()
			r.stop()
			select {
			case err := <-held.end:
				if !client.good(err) {
					t.Errorf("it ended with %v", err)
				}
			case <-time.After(patience):
				t.Error("it was not ended")
			}
			r.ended(t)
			if took := time.Since(begin); took < 90*time.Millisecond || took > patience {
				t.Errorf("the drain took %v", took)
			}
		})
	}
}

// Without clients there is nothing to wait for.
func TestADrainOfAnUnusedServerIsOverAtOnce(t *testing.T) {
	r := start(t, func(c *Config) { c.DrainWithin = time.Minute })
	begin := time.Now()
	r.stop()
	r.ended(t)
	if took := time.Since(begin); took > patience {
		t.Errorf("it took %v", took)
	}
}

// Nobody ends the flow of a datagram: until every node has seen that this pod is unready, kept sockets lead here.
func TestADrainAnswersDatagramsUntilItsVeryEnd(t *testing.T) {
	t.Parallel()
	r := start(t, func(c *Config) { c.DrainAfter, c.DrainWithin = pause, 10*time.Second })
	conn, err := net.Dial("udp", r.at["udp"])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	buffer := make([]byte, 100)
	exchange := func(message string) {
		t.Helper()
		_ = conn.SetDeadline(time.Now().Add(patience))
		if _, err := io.WriteString(conn, message); err != nil {
			t.Fatalf("%s cannot be sent: %v", message, err)
		}
		n, err := conn.Read(buffer)
		if err != nil || string(buffer[:n]) != message {
			t.Fatalf("%s is answered by %q, %v", message, buffer[:n], err)
		}
	}
	exchange("before")
	r.stop()
	for r.ready() {
		time.Sleep(time.Millisecond)
	}
	exchange("unready")
	<-r.draining.Done()
	for number := range 5 {
		time.Sleep(pause)
		exchange(fmt.Sprintf("draining %d", number))
	}
	// Longer than others are waited for: all of DrainWithin.
	if err := <-r.done; err != nil {
		t.Errorf("it ended with %v", err)
	}
	r.done <- nil
}
