package netprobe

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// nameServer answers over UDP and TCP on one port; a nil answer is silence.
func nameServer(t *testing.T, answer func(query *dns.Msg, network string) []byte) string {
	t.Helper()
	read := func(wire []byte) *dns.Msg {
		query := new(dns.Msg)
		if err := query.Unpack(wire); err != nil {
			t.Errorf("the query is no DNS message: %v", err)
		}
		// Go's own resolver, which looks up the names of echo, does so with EDNS.
		if query.IsEdns0() != nil && !strings.HasPrefix(query.Question[0].Name, "echo.") {
			t.Error("the query has EDNS, so that 512 bytes are no bound any more")
		}
		return query
	}
	for range 20 {
		address := serveTCP(t, func(_ int, conn *net.TCPConn) {
			var size [2]byte
			if _, err := io.ReadFull(conn, size[:]); err != nil {
				return
			}
			wire := make([]byte, binary.BigEndian.Uint16(size[:]))
			if _, err := io.ReadFull(conn, wire); err != nil {
				return
			}
			if reply := answer(read(wire), "tcp"); reply != nil {
				_, _ = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...))
			}
		})
		conn, err := net.ListenPacket("udp", address)
		if err != nil {
			continue
		}
		t.Cleanup(func() { _ = conn.Close() })
		go func() {
			buffer := make([]byte, 65536)
			for {
				n, client, err := conn.ReadFrom(buffer)
				if err != nil {
					return
				}
				if reply := answer(read(buffer[:n]), "udp"); reply != nil {
					_, _ = conn.WriteTo(reply, client)
				}
			}
		}()
		return address
	}
	t.Fatal("no port that is free for both UDP and TCP")
	return ""
}

// reply packs an answer to query after change had its way.
func reply(query *dns.Msg, change func(*dns.Msg)) []byte {
	message := new(dns.Msg).SetReply(query)
	change(message)
	wire, err := message.Pack()
	if err != nil {
		panic(err)
	}
	return wire
}

func records(texts ...string) func(*dns.Msg) {
	return func(message *dns.Msg) {
		for _, text := range texts {
			record, err := dns.NewRR(strings.ReplaceAll(text, "@", message.Question[0].Name))
			if err != nil {
				panic(err)
			}
			message.Answer = append(message.Answer, record)
		}
	}
}

func code(rcode int) func(*dns.Msg) { return func(message *dns.Msg) { message.Rcode = rcode } }

func ask(server, name, transport, expect string) map[string]any {
	return map[string]any{"name": name, "transport": transport, "expect": expect, "search": false, "server": server, "timeoutMs": patience.Milliseconds()}
}

func TestAnswersOfNameServers(t *testing.T) {
	good := records("@ 5 IN A 10.0.0.1")
	rows := []struct {
		name     string
		answer   func(query *dns.Msg, network string) []byte
		present  string
		absent   string
		onlyOver string
	}{
		{"an address", func(q *dns.Msg, _ string) []byte { return reply(q, good) }, "", "answer", ""},
		{"by an alias", func(q *dns.Msg, _ string) []byte {
			return reply(q, records("@ 5 IN CNAME b.test.", "b.test. 5 IN CNAME c.test.", "c.test. 5 IN A 10.0.0.1"))
		}, "", "answer", ""},
		{"an alias in a circle", func(q *dns.Msg, _ string) []byte {
			return reply(q, records("@ 5 IN CNAME b.test.", "b.test. 5 IN CNAME b.test."))
		}, "answer", "answer", ""},
		{"an address of another name", func(q *dns.Msg, _ string) []byte {
			return reply(q, records("other.test. 5 IN A 10.0.0.1"))
		}, "answer", "answer", ""},
		{"another type", func(q *dns.Msg, _ string) []byte { return reply(q, records("@ 5 IN AAAA ::1")) }, "answer", "answer", ""},
		{"no record", func(q *dns.Msg, _ string) []byte { return reply(q, records()) }, "answer", "answer", ""},
		{"NXDOMAIN", func(q *dns.Msg, _ string) []byte { return reply(q, code(dns.RcodeNameError)) }, "answer", "", ""},
		{"SERVFAIL", func(q *dns.Msg, _ string) []byte { return reply(q, code(dns.RcodeServerFailure)) }, "servfail", "servfail", ""},
		{"REFUSED", func(q *dns.Msg, _ string) []byte { return reply(q, code(dns.RcodeRefused)) }, "servfail", "servfail", ""},
		{"FORMERR", func(q *dns.Msg, _ string) []byte { return reply(q, code(dns.RcodeFormatError)) }, "answer", "answer", ""},
		{"truncated with records", func(q *dns.Msg, _ string) []byte {
			return reply(q, func(m *dns.Msg) { good(m); m.Truncated = true })
		}, "truncated", "truncated", ""},
		{"truncated in the middle of a record", func(q *dns.Msg, _ string) []byte {
			wire := reply(q, func(m *dns.Msg) { good(m); m.Truncated = true })
			return wire[:len(wire)-3]
		}, "truncated", "truncated", ""},
		{"cut off without saying so", func(q *dns.Msg, _ string) []byte { wire := reply(q, good); return wire[:len(wire)-3] }, "answer", "answer", ""},
		{"whole over TCP", func(q *dns.Msg, network string) []byte {
			return reply(q, func(m *dns.Msg) { good(m); m.Truncated = network == "udp" })
		}, "", "answer", "tcp"},
		{"another question", func(q *dns.Msg, _ string) []byte {
			return reply(q, func(m *dns.Msg) { good(m); m.Question[0].Name = "other.test." })
		}, "answer", "answer", ""},
		{"no question", func(q *dns.Msg, _ string) []byte {
			return reply(q, func(m *dns.Msg) { good(m); m.Question = nil })
		}, "answer", "answer", ""},
		{"the query itself", func(q *dns.Msg, _ string) []byte { wire, _ := q.Pack(); return wire }, "answer", "answer", ""},
		{"in other letters", func(q *dns.Msg, _ string) []byte {
			return reply(q, func(m *dns.Msg) { good(m); m.Question[0].Name = strings.ToUpper(m.Question[0].Name) })
		}, "", "answer", ""},
		{"garbage of the right number", func(q *dns.Msg, _ string) []byte {
			return append(binary.BigEndian.AppendUint16(nil, q.Id), 0xff, 0xff, 0xff)
		}, "answer", "answer", ""},
		{"another number", func(q *dns.Msg, _ string) []byte {
			return reply(q, func(m *dns.Msg) { good(m); m.Id++ })
		}, "answer", "answer", "tcp"},
	}
	for _, row := range rows {
		for _, transport := range []string{"udp", "tcp"} {
			if row.onlyOver != "" && row.onlyOver != transport {
				continue
			}
			t.Run(row.name+" over "+transport, func(t *testing.T) {
				t.Parallel()
				s := newScript(t)
				server := nameServer(t, row.answer)
				s.expect("addresses", s.call("dns", ask(server, "a.test.", transport, "addresses")), row.present)
				s.expect("absent", s.call("dns", ask(server, "a.test.", transport, "absent")), row.absent)
			})
		}
	}
}

func TestRecordsOfEachType(t *testing.T) {
	rows := []struct {
		kind    string
		records []string
		values  []any
		reason  string
	}{
		{"A", []string{"@ 5 IN A 10.0.0.1", "@ 5 IN A 10.0.0.2"}, []any{"10.0.0.2"}, ""},
		{"A", []string{"@ 5 IN A 10.0.0.1"}, []any{"10.0.0.1", "10.0.0.2"}, "answer"},
		{"A", []string{"@ 5 IN A 10.0.0.1"}, nil, ""},
		{"A", []string{"@ 5 IN CNAME b.test.", "b.test. 5 IN A 10.0.0.1"}, []any{"10.0.0.1"}, ""},
		{"A", []string{"@ 5 IN AAAA ::1"}, nil, "answer"},
		{"AAAA", []string{"@ 5 IN AAAA fd00::1"}, []any{"FD00:0:0::1"}, ""},
		{"CNAME", []string{"@ 5 IN CNAME B.test."}, []any{"b.test"}, ""},
		{"MX", []string{"@ 5 IN MX 10 mail.test."}, []any{"10 Mail.test."}, ""},
		{"MX", []string{"@ 5 IN MX 10 mail.test."}, []any{"20 mail.test"}, "answer"},
		{"NS", []string{"@ 5 IN NS ns.test."}, []any{"ns.test"}, ""},
		{"PTR", []string{"@ 5 IN PTR host.test."}, []any{"host.test"}, ""},
		{"SRV", []string{"@ 5 IN SRV 1 2 443 b.test."}, []any{"1 2 443 b.test."}, ""},
		{"TXT", []string{`@ 5 IN TXT "v=spf1 " "-all"`}, []any{"v=spf1 -all"}, ""},
		{"TXT", []string{`@ 5 IN TXT "Words"`}, []any{"words"}, "answer"},
	}
	for _, row := range rows {
		t.Run(fmt.Sprint(row.kind, row.values, row.reason), func(t *testing.T) {
			t.Parallel()
			s := newScript(t)
			server := nameServer(t, func(q *dns.Msg, _ string) []byte {
				if got := dns.TypeToString[q.Question[0].Qtype]; got != row.kind {
					t.Errorf("asked for %s", got)
				}
				return reply(q, records(row.records...))
			})
			for _, transport := range []string{"udp", "tcp"} {
				options := ask(server, "a.test.", transport, "records")
				options["type"] = row.kind
				if row.values != nil {
					options["values"] = row.values
				}
				s.expect(transport, s.call("dns", options), row.reason)
			}
		})
	}
	s := newScript(t)
	for _, wrong := range []map[string]any{{}, {"type": "ANY"}, {"type": "A", "values": "10.0.0.1"}, {"type": "A", "values": []any{1}}} {
		options := ask("127.0.0.1:53", "a.test.", "udp", "records")
		for name, value := range wrong {
			options[name] = value
		}
		if found, err := s.try("dns", options); err == nil {
			t.Errorf("%v is taken: %v", wrong, found)
		}
	}
}

func TestForeignDatagramsAreNotTakenForTheAnswer(t *testing.T) {
	s := newScript(t)
	server := serveUDP(t, func(_ int, datagram []byte, answer func([]byte)) {
		query := new(dns.Msg)
		if err := query.Unpack(datagram); err != nil {
			t.Error(err)
		}
		answer(nil)
		answer([]byte{1})
		answer(reply(query, func(m *dns.Msg) { m.Rcode = dns.RcodeServerFailure; m.Id++ }))
		answer(reply(query, records("@ 5 IN A 10.0.0.1")))
	})
	s.expect("after foreign ones", s.call("dns", ask(server, "a.test.", "udp", "addresses")), "")
}

func TestNameServersThatDoNotAnswer(t *testing.T) {
	s := newScript(t)
	silent := nameServer(t, func(_ *dns.Msg, network string) []byte {
		if network == "tcp" {
			time.Sleep(time.Second)
		}
		return nil
	})
	for _, transport := range []string{"udp", "tcp"} {
		options := ask(silent, "a.test.", transport, "absent")
		options["timeoutMs"] = 80
		found := s.call("dns", options)
		s.expect("silence over "+transport, found, "timeout")
		if found.durationMs < 79 || found.durationMs > 900 {
			t.Errorf("it gave up after %v ms instead of 80", found.durationMs)
		}
		s.expect("nobody over "+transport, s.call("dns", ask(nobody, "a.test.", transport, "absent")), "connect")
	}
	closing := serveTCP(t, func(_ int, conn *net.TCPConn) { _, _ = conn.Read(make([]byte, 1000)) })
	s.expect("closed without an answer", s.call("dns", ask(closing, "a.test.", "tcp", "absent")), "connect")
}

func TestSearchPath(t *testing.T) {
	var mutex sync.Mutex
	var asked []string
	// Names that begin with `fail` are refused, those in zone.test exist, everything else does not.
	server := nameServer(t, func(query *dns.Msg, _ string) []byte {
		name := query.Question[0].Name
		mutex.Lock()
		asked = append(asked, name)
		mutex.Unlock()
		switch {
		case strings.HasPrefix(name, "fail") || strings.Contains(name, ".failing."):
			return reply(query, code(dns.RcodeServerFailure))
		case strings.HasPrefix(name, "empty"):
			return reply(query, records())
		case strings.HasSuffix(name, ".zone.test.") && !strings.HasPrefix(name, "absent"):
			return reply(query, records("@ 5 IN A 10.0.0.1"))
		default:
			return reply(query, code(dns.RcodeNameError))
		}
	})
	rows := []struct {
		name, domains string
		ndots         int
		expect        string
		reason        string
		asked         string
	}{
		{"a.b", "one.test zone.test", 5, "addresses", "", "a.b.one.test. a.b.zone.test."},
		{"a.b", "zone.test. one.test.", 5, "addresses", "", "a.b.zone.test."},
		{"a.b", "one.test two.test", 5, "addresses", "answer", "a.b.one.test. a.b.two.test. a.b."},
		{"a.zone.test", "one.test", 2, "addresses", "", "a.zone.test."},
		{"a.zone.test", "one.test", 3, "addresses", "", "a.zone.test.one.test. a.zone.test."},
		{"a.b", "one.test zone.test", 1, "addresses", "", "a.b. a.b.one.test. a.b.zone.test."},
		{"absent", "one.test zone.test", 1, "absent", "", "absent.one.test. absent.zone.test. absent."},
		{"fail", "one.test zone.test", 1, "absent", "servfail", "fail.one.test. fail.zone.test. fail."},
		{"a", "failing.test zone.test", 1, "addresses", "", "a.failing.test. a.zone.test."},
		{"absent", "failing.test zone.test", 1, "addresses", "servfail", "absent.failing.test. absent.zone.test. absent."},
		{"empty", "one.test", 1, "addresses", "answer", "empty.one.test. empty."},
	}
	for _, row := range rows {
		t.Run(fmt.Sprintf("%s in %s with ndots %d", row.name, row.domains, row.ndots), func(t *testing.T) {
			s := newScript(t)
			s.resolvConf(fmt.Sprintf("nameserver 127.0.0.1\nsearch %s\noptions ndots:%d\n", row.domains, row.ndots))
			asked = nil
			options := ask(server, row.name, "udp", row.expect)
			options["search"] = true
			s.expect(row.name, s.call("dns", options), row.reason)
			if got := strings.Join(asked, " "); got != row.asked {
				t.Errorf("asked for %s, expected %s", got, row.asked)
			}
		})
	}
	t.Run("a full name is asked for as it is", func(t *testing.T) {
		s := newScript(t)
		s.resolvConf("search one.test\n")
		asked = nil
		s.expect("a full name", s.call("dns", ask(server, "a.zone.test", "tcp", "addresses")), "")
		if got := strings.Join(asked, " "); got != "a.zone.test." {
			t.Errorf("asked for %s", got)
		}
	})
}

func TestResolvConfIsReadAgainForEachQuery(t *testing.T) {
	s := newScript(t)
	probe := dnsProbe{name: "a.test."}
	i := &instance{Module: s.module, vu: s.vu}
	for _, server := range []string{"127.0.0.1", "10.96.0.10", "fd00::10"} {
		s.resolvConf("nameserver " + server + "\nnameserver 192.0.2.1\n")
		config, err := i.resolverConfig(probe)
		if err != nil || config.Servers[0] != net.JoinHostPort(server, "53") {
			t.Errorf("asks %v (%v), expected %s", config, err, server)
		}
	}
	for _, content := range []string{"", "search a.test\n"} {
		s.resolvConf(content)
		if found, err := s.try("dns", ask("", "a.test.", "udp", "absent")); err == nil || !strings.Contains(err.Error(), "names no server") {
			t.Errorf("with %q: %v, %v", content, found, err)
		}
	}
	s.module.resolvConf += ".missing"
	if found, err := s.try("dns", ask("", "a.test.", "udp", "absent")); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("without a resolv.conf: %v, %v", found, err)
	}
}

// heldAgainst checks what no datagram may bring about: a panic, or an address where there is none.
func heldAgainst(t *testing.T, question *dns.Msg, message []byte) {
	t.Helper()
	for _, transport := range []string{"udp", "tcp"} {
		found := classify(question, message, transport)
		if found.kind == noAnswer || (found.reason == "") != (found.kind == present || found.kind == absent || found.kind == empty) {
			t.Errorf("%x: %+v", message, found)
		}
		if found.kind == present {
			parsed := new(dns.Msg)
			if err := parsed.Unpack(message); err != nil || len(parsed.Answer) == 0 || parsed.Id != question.Id {
				t.Errorf("%x is taken for an address: %v %v", message, parsed, err)
			}
		}
	}
}

func seeds() (question *dns.Msg, messages [][]byte) {
	question = new(dns.Msg).SetQuestion("a.test.", dns.TypeA)
	question.Id = 7
	return question, [][]byte{
		reply(question, records("@ 5 IN A 10.0.0.1")),
		reply(question, records("@ 5 IN CNAME b.test.", "b.test. 5 IN A 10.0.0.1")),
		reply(question, code(dns.RcodeNameError)),
		{0, 7, 0x80},
	}
}

// Answers with a few bytes changed, cut off or added, the same ones in every run.
func TestDamagedDatagrams(t *testing.T) {
	question, messages := seeds()
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 100_000 {
		message := slices.Clone(messages[round%len(messages)])
		for range random.IntN(6) {
			message[random.IntN(len(message))] = byte(random.UintN(256))
		}
		message = message[:len(message)-random.IntN(min(len(message), 8))]
		heldAgainst(t, question, message)
	}
}

func FuzzClassify(f *testing.F) {
	question, messages := seeds()
	for _, message := range messages {
		f.Add(message)
	}
	f.Fuzz(func(t *testing.T, message []byte) { heldAgainst(t, question, message) })
}
