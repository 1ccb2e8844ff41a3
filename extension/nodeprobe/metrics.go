package nodeprobe

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// pair is what the series of a probed node have in common; a changed zone makes another pair.
type pair struct {
	sourceZone, targetNode, targetZone, relation string
}

func (p pair) labels(node string) prometheus.Labels {
	return prometheus.Labels{
		"source_node": node, "source_zone": p.sourceZone,
		"target_node": p.targetNode, "target_zone": p.targetZone, "relation": p.relation,
	}
}

// metrics are what /metrics shows, and nothing of Go or the process: what a node costs is multiplied by the number of nodes.
type metrics struct {
	registry *prometheus.Registry
	node     string
	probes   *prometheus.CounterVec
	answered *prometheus.CounterVec
	peers    prometheus.Gauge
}

func newMetrics(node string) *metrics {
	of := []string{"source_node", "source_zone", "target_node", "target_zone", "relation", "protocol"}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		node:     node,
		probes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "node_probes_total", Help: "Probes of one node to another, by outcome and reason."}, append(of, "outcome", "reason")),
		answered: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "node_probe_duration_seconds_total", Help: "Time that right answers took, in seconds."}, of),
		peers: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "node_prober_targets", Help: "Nodes that are probed right now, the own one among them."}),
	}
	m.registry.MustRegister(m.probes, m.answered, m.peers)
	return m
}

// begin makes every series that a pair can have, at 0: the first failure of its life must count.
func (m *metrics) begin(p pair, protocol string) {
	for _, outcome := range []string{outcomeOK, outcomeSlow} {
		m.of(p, protocol, outcome, "").Add(0)
	}
	for _, reason := range failed[protocol] {
		m.of(p, protocol, outcomeFailed, reason).Add(0)
	}
	for _, reason := range []string{reasonLag, reasonProbe} {
		m.of(p, protocol, outcomeError, reason).Add(0)
	}
	m.seconds(p, protocol).Add(0)
}

// end takes a pair's series away: Prometheus marks them as ended at its next scrape.
func (m *metrics) end(p pair) {
	m.probes.DeletePartialMatch(p.labels(m.node))
	m.answered.DeletePartialMatch(p.labels(m.node))
}

func (m *metrics) count(p pair, protocol, outcome, reason string, took time.Duration) {
	m.of(p, protocol, outcome, reason).Inc()
	if outcome == outcomeOK || outcome == outcomeSlow {
		m.seconds(p, protocol).Add(took.Seconds())
	}
}

func (m *metrics) of(p pair, protocol, outcome, reason string) prometheus.Counter {
	labels := p.labels(m.node)
	labels["protocol"], labels["outcome"], labels["reason"] = protocol, outcome, reason
	return m.probes.With(labels)
}

func (m *metrics) seconds(p pair, protocol string) prometheus.Counter {
	labels := p.labels(m.node)
	labels["protocol"] = protocol
	return m.answered.With(labels)
}
