package netprobe

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"continuous-load/extension/wire"

	"github.com/grafana/sobek"
	"github.com/miekg/dns"
)

// maxDatagram: nobody asks for more than 512 bytes over UDP, so that a longer answer than this is wrong however it ends.
const maxDatagram = 4096

// What a query may expect.
const (
	expectAddresses = "addresses"
	expectRecords   = "records"
	expectAbsent    = "absent"
)

type dnsProbe struct {
	name      string
	transport string
	expect    string
	// kind of the records that are asked for, as dns.TypeA.
	kind uint16
	// values must all be among the records of an answer, as normal writes them.
	values []string
	search bool
	server string
}

// answerKind is what one query brought, as far as the search path cares.
type answerKind int

const (
	noAnswer answerKind = iota
	// present: at least one record of the kind.
	present
	// absent: NXDOMAIN.
	absent
	// empty: the name exists, without a record of the kind.
	empty
	// refusing: SERVFAIL or REFUSED.
	refusing
	// wrong: no answer to this question at all.
	wrong
)

type answer struct {
	kind answerKind
	// reason and detail of a query without a usable answer.
	reason string
	detail string
	// records of an answer that has some, as normal writes them.
	records []string
}

// dns is the function of that name for scripts.
func (i *instance) dns(argument sobek.Value) (sobek.Value, error) {
	o := readOptions(i.vu.Runtime(), "dns", argument)
	probe := dnsProbe{
		name:      o.text("name"),
		transport: o.oneOf("transport", "udp", "tcp"),
		expect:    o.oneOf("expect", expectAddresses, expectRecords, expectAbsent),
		search:    o.truth("search"),
		server:    o.optionalHostPort("server"),
		kind:      dns.TypeA,
	}
	if probe.expect == expectRecords {
		probe.kind = dns.StringToType[o.oneOf("type", recordTypes...)]
		probe.values = o.texts("values")
	}
	timeout := o.timeout()
	if _, valid := dns.IsDomainName(probe.name); !valid {
		o.fail("name %q is no domain name", probe.name)
	}
	if probe.search && strings.HasSuffix(probe.name, ".") {
		o.fail("name %q ends with a dot, so that no search path applies", probe.name)
	}
	if err := o.end(); err != nil {
		return nil, err
	}
	// Read for each query: kubelet may write it again, and it is a few lines.
	config, err := i.resolverConfig(probe)
	if err != nil {
		return nil, err
	}
	return i.measure(timeout, func(ctx context.Context) (verdict, error) { return i.probeDNS(ctx, probe, config) })
}

// resolverConfig reads resolv.conf where the probe needs it. Without it the injector itself is broken, not the path.
func (i *instance) resolverConfig(probe dnsProbe) (*dns.ClientConfig, error) {
	config := &dns.ClientConfig{}
	if probe.search || probe.server == "" {
		var err error
		if config, err = dns.ClientConfigFromFile(i.resolvConf); err != nil {
			return nil, fmt.Errorf("netprobe.dns: %w", err)
		}
	}
	if probe.server != "" {
		config.Servers = []string{probe.server}
		return config, nil
	}
	if len(config.Servers) == 0 {
		return nil, fmt.Errorf("netprobe.dns: %s names no server", i.resolvConf)
	}
	config.Servers = []string{net.JoinHostPort(config.Servers[0], config.Port)}
	return config, nil
}

// candidates are the full names to ask for one after the other, as a libc resolver does: a name with fewer dots than ndots is
// tried with the search domains first and as it is last, any other the other way round.
func candidates(probe dnsProbe, config *dns.ClientConfig) []string {
	asItIs := dns.Fqdn(probe.name)
	if !probe.search {
		return []string{asItIs}
	}
	var searched []string
	for _, domain := range config.Search {
		searched = append(searched, dns.Fqdn(probe.name+"."+strings.TrimSuffix(domain, ".")))
	}
	if strings.Count(probe.name, ".") >= config.Ndots {
		return append([]string{asItIs}, searched...)
	}
	return append(searched, asItIs)
}

func (i *instance) probeDNS(ctx context.Context, probe dnsProbe, config *dns.ClientConfig) (verdict, error) {
	var last answer
	refused := answer{}
	for _, name := range candidates(probe, config) {
		found, err := i.query(ctx, probe, config.Servers[0], name)
		if err != nil {
			return verdict{}, err
		}
		if found.kind == noAnswer || found.kind == wrong || found.kind == present {
			return judge(probe, found), nil
		}
		if found.kind == refusing {
			refused = found
		}
		last = found
	}
	// As in libc: a server that refused one name may know the next, but when none was found, the refusal is the result.
	if refused.kind == refusing {
		last = refused
	}
	return judge(probe, last), nil
}

// judge holds an answer against what the probe expects.
func judge(probe dnsProbe, found answer) verdict {
	switch {
	case found.reason != "":
		return verdict{reason: found.reason, detail: found.detail}
	case probe.expect == expectAbsent && found.kind == absent:
		return verdict{}
	case probe.expect != expectAbsent && found.kind == present:
		for _, value := range probe.values {
			if !slices.Contains(found.records, normal(probe.kind, value)) {
				return verdict{reason: reasonAnswer, detail: fmt.Sprintf("no %s among %s", value, strings.Join(found.records, ", "))}
			}
		}
		return verdict{}
	default:
		return verdict{reason: reasonAnswer, detail: found.detail}
	}
}

// query asks the server once; an error means that the injector itself is to blame.
func (i *instance) query(ctx context.Context, probe dnsProbe, server, name string) (answer, error) {
	transport := probe.transport
	question := new(dns.Msg).SetQuestion(name, probe.kind)
	wire, err := question.Pack()
	if err != nil {
		return answer{}, fmt.Errorf("netprobe.dns: %w", err)
	}
	conn, err := (&net.Dialer{KeepAlive: -1}).DialContext(ctx, transport, server)
	if err != nil {
		return withoutAnswer(err), ownFault(err)
	}
	defer conn.Close()
	defer i.until(ctx, conn)()
	if transport == "tcp" {
		wire = append(binary.BigEndian.AppendUint16(nil, uint16(len(wire))), wire...)
	}
	if _, err := conn.Write(wire); err != nil {
		return withoutAnswer(err), ownFault(err)
	}
	for {
		message, err := receive(conn, transport)
		if err != nil {
			return withoutAnswer(err), ownFault(err)
		}
		if transport == "udp" && !answers(message, question.Id) {
			// Anybody can send a datagram; only one with this query's number is taken for its answer.
			continue
		}
		return classify(question, message, transport), nil
	}
}

func receive(conn net.Conn, transport string) ([]byte, error) {
	if transport == "udp" {
		buffer := make([]byte, maxDatagram)
		n, err := conn.Read(buffer)
		return buffer[:n], err
	}
	var size [2]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return nil, err
	}
	message := make([]byte, binary.BigEndian.Uint16(size[:]))
	_, err := io.ReadFull(conn, message)
	return message, err
}

func answers(message []byte, id uint16) bool {
	return len(message) >= 2 && binary.BigEndian.Uint16(message) == id
}

// withoutAnswer is the result of a query that ended in an error.
func withoutAnswer(err error) answer {
	detail := err.Error()
	if errors.Is(err, io.EOF) {
		detail = "closed without an answer"
	}
	return answer{reason: wire.RefusedOr(reasonTimeout, err), detail: detail}
}

// classify reads an answer, of which nothing is trusted.
func classify(question *dns.Msg, message []byte, transport string) answer {
	asked := question.Question[0]
	reply := new(dns.Msg)
	unpackErr := reply.Unpack(message)
	// A cut-off answer may end anywhere, so that its header has to do.
	if len(message) >= 12 && answers(message, question.Id) && reply.Response && reply.Truncated && reply.Rcode == dns.RcodeSuccess {
		return answer{kind: wrong, reason: reasonTruncated, detail: fmt.Sprintf("%d bytes over %s", len(message), transport)}
	}
	if unpackErr != nil {
		return wrongAnswer("no DNS message: " + unpackErr.Error())
	}
	if !reply.Response || reply.Id != question.Id || reply.Opcode != dns.OpcodeQuery {
		return wrongAnswer("no answer to this query")
	}
	if len(reply.Question) != 1 || !sameQuestion(reply.Question[0], asked) {
		return wrongAnswer("an answer to another question")
	}
	code := dns.RcodeToString[reply.Rcode]
	switch reply.Rcode {
	case dns.RcodeNameError:
		return answer{kind: absent, detail: code}
	case dns.RcodeServerFailure, dns.RcodeRefused:
		return answer{kind: refusing, reason: reasonServfail, detail: code}
	case dns.RcodeSuccess:
		if records := recordsOf(reply.Answer, asked.Name, asked.Qtype); len(records) > 0 {
			return answer{kind: present, detail: strings.Join(records, ", "), records: records}
		}
		return answer{kind: empty, detail: "no record of type " + dns.TypeToString[asked.Qtype]}
	default:
		return wrongAnswer(fmt.Sprintf("code %s (%d)", code, reply.Rcode))
	}
}

func wrongAnswer(detail string) answer {
	return answer{kind: wrong, reason: reasonAnswer, detail: detail}
}

func sameQuestion(a, b dns.Question) bool {
	return strings.EqualFold(a.Name, b.Name) && a.Qtype == b.Qtype && a.Qclass == b.Qclass
}
