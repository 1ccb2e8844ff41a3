package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// backend answers everything it read, after the client has ended its half, with its own name before it. All of one test have one port
// and differ by host, as nodes do.
func backend(t *testing.T, host, port string) string {
	t.Helper()
	listener, err := net.Listen("tcp4", net.JoinHostPort(host, port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer connection.Close()
				content, _ := io.ReadAll(connection)
				fmt.Fprintf(connection, "%s: %s", host, content)
			}()
		}
	}()
	_, port, _ = net.SplitHostPort(listener.Addr().String())
	return port
}

func relaying(t *testing.T, hosts, port string) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() { _ = serve(listener, hosts, port) }()
	return listener.Addr().String()
}

func ask(t *testing.T, address, words string) string {
	t.Helper()
	connection, err := net.DialTimeout("tcp4", address, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(10 * time.Second))
	fmt.Fprint(connection, words)
	if err := connection.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(connection)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

func TestTheRelayTakesTheFirstHostThatAnswersAndStaysWithIt(t *testing.T) {
	port := backend(t, "127.0.0.3", "0")
	hosts := file(t, "hosts", "127.0.0.2\n127.0.0.3\n")
	address := relaying(t, hosts, port)
	if answer := ask(t, address, "one"); answer != "127.0.0.3: one" {
		t.Fatalf("got %q", answer)
	}
	backend(t, "127.0.0.2", port)
	if answer := ask(t, address, "two"); answer != "127.0.0.3: two" {
		t.Errorf("left a host that answers: %q", answer)
	}
}

func TestTheRelayReadsItsHostsAnew(t *testing.T) {
	port := backend(t, "127.0.0.4", "0")
	backend(t, "127.0.0.5", port)
	hosts := file(t, "hosts", "127.0.0.4\n")
	address := relaying(t, hosts, port)
	ask(t, address, "one")
	if err := os.WriteFile(hosts, []byte("127.0.0.5\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if answer := ask(t, address, "two"); answer != "127.0.0.5: two" {
		t.Errorf("got %q", answer)
	}
}

func TestTheRelayEndsWhatNobodyTakes(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	listener.Close()
	for _, hosts := range []string{file(t, "hosts", "127.0.0.1\n"), file(t, "none", ""), "/no/such/file"} {
		if answer := ask(t, relaying(t, hosts, port), ""); answer != "" {
			t.Errorf("got %q", answer)
		}
	}
}
