package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"sort"
	"strings"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	corelisters "k8s.io/client-go/listers/core/v1"
	networkinglisters "k8s.io/client-go/listers/networking/v1"
)

// prefix begins the names of all chains that are ours; the first of them has this name and sends packets to those of the pods.
const prefix = "NETPOL"

// world is all that the rules follow from.
type world struct {
	pods       []*core.Pod
	namespaces map[string]labels.Set
	policies   []*networking.NetworkPolicy
}

func read(
	pods corelisters.PodLister, namespaces corelisters.NamespaceLister, policies networkinglisters.NetworkPolicyLister,
) (world, error) {
	found := world{namespaces: map[string]labels.Set{}}
	var err error
	if found.pods, err = pods.List(everything); err != nil {
		return found, err
	}
	all, err := namespaces.List(everything)
	if err != nil {
		return found, err
	}
	for _, namespace := range all {
		found.namespaces[namespace.Name] = namespace.Labels
	}
	found.policies, err = policies.List(everything)
	return found, err
}

// rulesOf gives our chains of the filter table by name, each with its rules without the leading `-A NAME`. Packets of a connection's
// first direction are judged one by one, also of those that are there already: what is forbidden ends at once, as nobody's
// connection is good for ever. Whoever is allowed returns; other rules of the node come after ours.
func rulesOf(w world, node string) map[string][]string {
	first := []string{"-m conntrack --ctdir REPLY -j RETURN", "-m conntrack --ctstate RELATED -j RETURN"}
	chains := map[string][]string{}
	for _, pod := range w.pods {
		if pod.Spec.NodeName != node || !isOnNetwork(pod) {
			continue
		}
		address := pod.Status.PodIP
		guarded := false
		for _, direction := range []networking.PolicyType{networking.PolicyTypeEgress, networking.PolicyTypeIngress} {
			rules, selected := w.chainOf(pod, direction)
			if !selected {
				continue
			}
			if !guarded {
				// It may always call itself, by its Service.
				first = append(first, fmt.Sprintf("-s %s -d %s -j RETURN", address, address))
				guarded = true
			}
			name := chainName(pod, direction)
			chains[name] = rules
			flag := map[networking.PolicyType]string{networking.PolicyTypeEgress: "-s", networking.PolicyTypeIngress: "-d"}[direction]
			first = append(first, fmt.Sprintf("%s %s -j %s", flag, address, name))
		}
	}
	chains[prefix] = first
	return chains
}

// chainName stays within the 28 letters that iptables takes.
func chainName(pod *core.Pod, direction networking.PolicyType) string {
	sum := sha256.Sum256([]byte(pod.Namespace + "/" + pod.Name))
	return fmt.Sprintf("%s-%s-%s", prefix, string(direction)[:1], hex.EncodeToString(sum[:])[:16])
}

// isOnNetwork is false for pods that have no address (yet, or any more) or that of their node: policies know nothing of those.
func isOnNetwork(pod *core.Pod) bool {
	phase := pod.Status.Phase
	return !pod.Spec.HostNetwork && pod.Status.PodIP != "" && phase != core.PodSucceeded && phase != core.PodFailed
}

// chainOf gives the rules of one direction of a pod, and whether any policy is about that.
func (w world) chainOf(pod *core.Pod, direction networking.PolicyType) (rules []string, selected bool) {
	for _, policy := range w.policies {
		if policy.Namespace != pod.Namespace || !isAbout(policy, direction) || !matches(&policy.Spec.PodSelector, pod.Labels) {
			continue
		}
		selected = true
		if direction == networking.PolicyTypeIngress {
			for _, rule := range policy.Spec.Ingress {
				rules = append(rules, w.allowed("-s", policy.Namespace, rule.From, rule.Ports, pod)...)
			}
		} else {
			for _, rule := range policy.Spec.Egress {
				rules = append(rules, w.allowed("-d", policy.Namespace, rule.To, rule.Ports, nil)...)
			}
		}
	}
	// The order of lists is anybody's guess; the same rules must be the same text.
	sort.Strings(rules)
	rules = unique(rules)
	return append(rules, "-p tcp -j REJECT --reject-with tcp-reset", "-j REJECT --reject-with icmp-port-unreachable"), selected
}

func isAbout(policy *networking.NetworkPolicy, direction networking.PolicyType) bool {
	if len(policy.Spec.PolicyTypes) == 0 {
		return direction == networking.PolicyTypeIngress || len(policy.Spec.Egress) > 0
	}
	for _, each := range policy.Spec.PolicyTypes {
		if each == direction {
			return true
		}
	}
	return false
}

// peer is an address or a range, and the pod that has it where one does.
type peer struct {
	cidr string
	pod  *core.Pod
}

// allowed gives the rules that let packets from or to peers pass; `receiver` is the pod whose names of ports count, nil for those of each peer.
func (w world) allowed(
	flag, namespace string, from []networking.NetworkPolicyPeer, ports []networking.NetworkPolicyPort, receiver *core.Pod,
) (rules []string) {
	peers := []peer{{}}
	if len(from) > 0 {
		peers = nil
		for i := range from {
			peers = append(peers, w.peersOf(namespace, &from[i])...)
		}
	}
	for _, each := range peers {
		address := ""
		if each.cidr != "" {
			address = flag + " " + each.cidr + " "
		}
		if len(ports) == 0 {
			rules = append(rules, address+"-j RETURN")
		}
		named := receiver
		if named == nil {
			named = each.pod
		}
		for _, port := range ports {
			if match, ok := portMatch(port, named); ok {
				rules = append(rules, address+match+" -j RETURN")
			}
		}
	}
	return rules
}

func (w world) peersOf(namespace string, from *networking.NetworkPolicyPeer) (peers []peer) {
	if from.IPBlock != nil {
		for _, cidr := range without(from.IPBlock.CIDR, from.IPBlock.Except) {
			peers = append(peers, peer{cidr: cidr})
		}
		return peers
	}
	for _, pod := range w.pods {
		if !isOnNetwork(pod) {
			continue
		}
		inNamespace := pod.Namespace == namespace
		if from.NamespaceSelector != nil {
			inNamespace = matches(from.NamespaceSelector, w.namespaces[pod.Namespace])
		}
		if inNamespace && (from.PodSelector == nil || matches(from.PodSelector, pod.Labels)) {
			peers = append(peers, peer{cidr: pod.Status.PodIP, pod: pod})
		}
	}
	return peers
}

func matches(selector *meta.LabelSelector, of labels.Set) bool {
	parsed, err := meta.LabelSelectorAsSelector(selector)
	return err == nil && parsed.Matches(of)
}

// portMatch gives what iptables calls a port; false for a name that nobody has.
func portMatch(port networking.NetworkPolicyPort, named *core.Pod) (string, bool) {
	protocol := core.ProtocolTCP
	if port.Protocol != nil {
		protocol = *port.Protocol
	}
	match := "-p " + strings.ToLower(string(protocol))
	switch {
	case port.Port == nil:
		return match, true
	case port.Port.Type == intstr.Int && port.EndPort != nil:
		return fmt.Sprintf("%s --dport %d:%d", match, port.Port.IntVal, *port.EndPort), true
	case port.Port.Type == intstr.Int:
		return fmt.Sprintf("%s --dport %d", match, port.Port.IntVal), true
	case named == nil:
		return "", false
	}
	for _, container := range append(append([]core.Container{}, named.Spec.InitContainers...), named.Spec.Containers...) {
		for _, each := range container.Ports {
			if each.Name == port.Port.StrVal && (each.Protocol == protocol || each.Protocol == "") {
				return fmt.Sprintf("%s --dport %d", match, each.ContainerPort), true
			}
		}
	}
	return "", false
}

// without gives a range less others as ranges; those of IPv6 and what is no range are left out.
func without(cidr string, except []string) []string {
	whole, err := netip.ParsePrefix(cidr)
	if err != nil || !whole.Addr().Is4() {
		return nil
	}
	left := []netip.Prefix{whole.Masked()}
	for _, each := range except {
		hole, err := netip.ParsePrefix(each)
		if err != nil {
			continue
		}
		var next []netip.Prefix
		for _, piece := range left {
			next = append(next, less(piece, hole.Masked())...)
		}
		left = next
	}
	result := make([]string, 0, len(left))
	for _, piece := range left {
		result = append(result, piece.String())
	}
	return result
}

// less halves a range until what is left lies beside the hole.
func less(piece, hole netip.Prefix) []netip.Prefix {
	if !piece.Overlaps(hole) {
		return []netip.Prefix{piece}
	}
	if hole.Bits() <= piece.Bits() {
		return nil
	}
	low := netip.PrefixFrom(piece.Addr(), piece.Bits()+1)
	bytes := piece.Addr().As4()
	bytes[piece.Bits()/8] |= 0x80 >> (piece.Bits() % 8)
	high := netip.PrefixFrom(netip.AddrFrom4(bytes), piece.Bits()+1)
	return append(less(low, hole), less(high, hole)...)
}

func unique(sorted []string) []string {
	result := sorted[:0]
	for i, each := range sorted {
		if i == 0 || each != sorted[i-1] {
			result = append(result, each)
		}
	}
	return result
}
