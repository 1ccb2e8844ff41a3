package nodeprobe

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Endpoint is the echo of a node.
type Endpoint struct {
	Node, Zone string
	// Address is empty where the echo cannot be probed: not ready yet, or about to end.
	Address string
}

// Relations of two nodes, the values of the label of that name.
const (
	sameNode  = "same-node"
	sameZone  = "same-zone"
	otherZone = "other-zone"
	otherNode = "other-node"
)

// relation says how far two nodes are from each other; where a zone is not known it only says that they are two.
func relation(node, zone string, of Endpoint) string {
	switch {
	case of.Node == node:
		return sameNode
	case zone == "" || of.Zone == "":
		return otherNode
	case of.Zone == zone:
		return sameZone
	default:
		return otherZone
	}
}

// slot numbers the time by rotations: the same on every node whose clock is about right.
func slot(now time.Time, rotation time.Duration) int64 {
	return now.Unix() / int64(rotation/time.Second)
}

// choose gives the nodes to probe: the own one, if its echo can be probed, and up to k others. All nodes stand in a circle that the
// number of the rotation shuffles, and each probes the k after it: so every node is probed by k others, everybody comes to the same
// circle without asking, and a node that comes or goes changes only the k before it. Those in keep, whose probes fail right now, are
// not rotated away: a fault must not end because nobody looks any more.
func choose(own string, nodes []string, k int, rotation int64, keep func(node string) bool) []string {
	circle := slices.Clone(nodes)
	if !slices.Contains(circle, own) {
		circle = append(circle, own)
	}
	places := make(map[string]uint64, len(circle))
	for _, node := range circle {
		sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", rotation, node))
		places[node] = binary.BigEndian.Uint64(sum[:8])
	}
	slices.SortFunc(circle, func(a, b string) int {
		if places[a] != places[b] {
			if places[a] < places[b] {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	start := slices.Index(circle, own)
	others := slices.Concat(circle[start+1:], circle[:start])
	kept := slices.DeleteFunc(slices.Clone(others), func(node string) bool { return !keep(node) })
	chosen := kept[:min(k, len(kept))]
	for _, node := range others {
		if len(chosen) < k && !slices.Contains(chosen, node) {
			chosen = append(chosen, node)
		}
	}
	if slices.Contains(nodes, own) {
		chosen = append(chosen, own)
	}
	slices.Sort(chosen)
	return chosen
}
