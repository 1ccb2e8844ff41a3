package nodeprobe

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"continuous-load/extension/wire"
)

func names(count int) []string {
	all := make([]string, count)
	for i := range all {
		all[i] = fmt.Sprintf("node%d", i+1)
	}
	return all
}

func nobodyFails(string) bool { return false }

func all(nodes []string, k int, rotation int64) map[string][]string {
	chosen := map[string][]string{}
	for _, own := range nodes {
		chosen[own] = choose(own, nodes, k, rotation, nobodyFails)
	}
	return chosen
}

func TestEveryNodeProbesKOthersAndItselfAndIsProbedByKOthers(t *testing.T) {
	const k = 3
	for _, count := range []int{1, 2, 3, 4, 5, 50} {
		nodes := names(count)
		for rotation := range int64(5) {
			probedBy := map[string]int{}
			for own, chosen := range all(nodes, k, rotation) {
				if !slices.Contains(chosen, own) {
					t.Errorf("%s of %d does not probe itself", own, count)
				}
				if unique := slices.Compact(slices.Clone(chosen)); len(unique) != min(k, count-1)+1 {
					t.Errorf("%s of %d probes %v", own, count, chosen)
				}
				for _, node := range chosen {
					if node != own {
						probedBy[node]++
					}
				}
			}
			for _, node := range nodes {
				if probedBy[node] != min(k, count-1) {
					t.Errorf("%s of %d is probed by %d others", node, count, probedBy[node])
				}
			}
		}
	}
}

// The order in which the API server lists nodes must decide nothing.
func TestTheChoiceIsTheSameHoweverTheNodesAreListed(t *testing.T) {
	nodes := names(20)
	backwards := slices.Clone(nodes)
	slices.Reverse(backwards)
	for _, own := range nodes {
		one, other := choose(own, nodes, 3, 7, nobodyFails), choose(own, backwards, 3, 7, nobodyFails)
		if !slices.Equal(one, other) {
			t.Errorf("%s probes %v or %v", own, one, other)
		}
	}
}

func TestARotationBringsOtherPeersAndInTimeAllOfThem(t *testing.T) {
	nodes := names(10)
	met := map[string]bool{}
	changed := 0
	for rotation := range int64(48) {
		chosen := choose("node1", nodes, 3, rotation, nobodyFails)
		if !slices.Equal(chosen, choose("node1", nodes, 3, rotation+1, nobodyFails)) {
			changed++
		}
		for _, node := range chosen {
			met[node] = true
		}
	}
	if changed < 40 || len(met) != len(nodes) {
		t.Errorf("in 48 rotations of 10 nodes, %d changed anything, and %d nodes were met", changed, len(met))
	}
}

func TestANodeThatComesChangesOnlyThoseBeforeIt(t *testing.T) {
	const k = 3
	before, after := all(names(100), k, 1), all(names(101), k, 1)
	changed := 0
	for node, chosen := range before {
		if !slices.Equal(chosen, after[node]) {
			changed++
		}
	}
	if changed != k {
		t.Errorf("%d of 100 nodes have other peers after the 101st came", changed)
	}
}

func TestWhoFailsIsNotRotatedAway(t *testing.T) {
	nodes := names(50)
	fails := func(node string) bool { return node == "node42" }
	for rotation := range int64(10) {
		if chosen := choose("node1", nodes, 3, rotation, fails); !slices.Contains(chosen, "node42") || len(chosen) != 4 {
			t.Errorf("in rotation %d node1 probes %v", rotation, chosen)
		}
	}
	everybody := choose("node1", nodes, 3, 0, func(string) bool { return true })
	if len(everybody) != 4 {
		t.Errorf("when all fail, it probes %v", everybody)
	}
	if gone := choose("node1", names(10), 3, 0, fails); slices.Contains(gone, "node42") {
		t.Error("a node that is gone is kept")
	}
}

func TestWithoutAnEchoOfItsOwnANodeProbesOthersOnly(t *testing.T) {
	if chosen := choose("node9", names(2), 3, 0, nobodyFails); !slices.Equal(chosen, names(2)) {
		t.Errorf("it probes %v", chosen)
	}
	if chosen := choose("node9", nil, 3, 0, nobodyFails); len(chosen) != 0 {
		t.Errorf("without any echo it probes %v", chosen)
	}
}

func TestRelations(t *testing.T) {
	for _, row := range []struct{ zone, node, of, expected string }{
		{"a", "n1", "a", sameNode}, {"a", "n2", "a", sameZone}, {"a", "n2", "b", otherZone},
		{"", "n2", "b", otherNode}, {"a", "n2", "", otherNode}, {"", "n2", "", otherNode},
	} {
		if got := relation("n1", row.zone, Endpoint{Node: row.node, Zone: row.of}); got != row.expected {
			t.Errorf("%+v: %s", row, got)
		}
	}
}

func TestTheSameSlotEverywhere(t *testing.T) {
	at := time.Unix(1_700_000_000, 0)
	if slot(at, time.Hour) != slot(at.UTC().Add(time.Minute), time.Hour) || slot(at, time.Hour) == slot(at.Add(time.Hour), time.Hour) {
		t.Error("slots do not follow the time")
	}
}

func TestVerdicts(t *testing.T) {
	config := Default()
	ms := func(count int) time.Duration { return time.Duration(count) * time.Millisecond }
	for _, row := range []struct {
		reason        string
		own           error
		took, late    time.Duration
		outcome, said string
	}{
		{"", nil, ms(3), 0, "ok", ""},
		{"", nil, ms(25), 0, "ok", ""},
		{"", nil, ms(26), 0, "slow", ""},
		{"", nil, ms(60), ms(40), "error", "lag"},
		{"", nil, ms(60), ms(20), "slow", ""},
		{wire.ReasonLoss, nil, ms(1000), ms(249), "failed", "loss"},
		{wire.ReasonLoss, nil, ms(1000), ms(250), "error", "lag"},
		{wire.ReasonTimeout, nil, ms(1000), ms(900), "error", "lag"},
		// a refusal is one however busy the prober is
		{wire.ReasonConnect, nil, ms(1000), ms(900), "failed", "connect"},
		{wire.ReasonConnect, errInvalid, ms(1), 0, "error", "prober"},
	} {
		if outcome, said := config.judge(row.reason, row.own, row.took, row.late); outcome != row.outcome || said != row.said {
			t.Errorf("%+v: %s %s", row, outcome, said)
		}
	}
}
