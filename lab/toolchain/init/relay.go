package main

import (
	"io"
	"net"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

const dialTimeout = 2 * time.Second

// relay accepts on the one inherited listener and forwards to the first address that answers, beginning with the one that did last.
// The addresses (hosts, one a line) are read anew for each connection, so that nodes may come and go.
func relay(hostsFile, port string) error {
	listener, err := net.FileListener(os.NewFile(firstInheritedFile, "listener"))
	if err != nil {
		return err
	}
	return serve(listener, hostsFile, port)
}

func serve(listener net.Listener, hostsFile, port string) error {
	var preferred atomic.Value
	preferred.Store("")
	for {
		connection, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer connection.Close()
			content, err := os.ReadFile(hostsFile)
			if err != nil {
				return
			}
			hosts := strings.Fields(string(content))
			last := preferred.Load().(string)
			slices.SortStableFunc(hosts, func(a, b string) int { return order(a == last) - order(b == last) })
			for _, host := range hosts {
				upstream, err := net.DialTimeout("tcp", net.JoinHostPort(host, port), dialTimeout)
				if err != nil {
					continue
				}
				preferred.Store(host)
				defer upstream.Close()
				both := make(chan struct{}, 2)
				go forward(upstream, connection, both)
				go forward(connection, upstream, both)
				<-both
				<-both
				return
			}
		}()
	}
}

func order(preferred bool) int {
	if preferred {
		return 0
	}
	return 1
}

func forward(to, from net.Conn, done chan<- struct{}) {
	_, _ = io.Copy(to, from)
	if tcp, ok := to.(*net.TCPConn); ok {
		_ = tcp.CloseWrite()
	}
	done <- struct{}{}
}

// pause ends at the first SIGTERM or SIGINT, and reaps until then.
func pause() {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGCHLD)
	for s := range signals {
		if s != syscall.SIGCHLD {
			return
		}
		for {
			var status syscall.WaitStatus
			if pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil); pid <= 0 || err != nil {
				break
			}
		}
	}
}
