package main

import (
	"net/netip"
	"reflect"
	"strings"
	"testing"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func pod(namespace, name, node, address string) *core.Pod {
	return &core.Pod{
		ObjectMeta: meta.ObjectMeta{Namespace: namespace, Name: name, Labels: map[string]string{"app": name}},
		Spec: core.PodSpec{NodeName: node, Containers: []core.Container{{
			Ports: []core.ContainerPort{{Name: "http", ContainerPort: 8080}},
		}}},
		Status: core.PodStatus{Phase: core.PodRunning, PodIP: address},
	}
}

func policy(selected *meta.LabelSelector, types ...networking.PolicyType) *networking.NetworkPolicy {
	return &networking.NetworkPolicy{
		ObjectMeta: meta.ObjectMeta{Namespace: "a", Name: "policy"},
		Spec:       networking.NetworkPolicySpec{PodSelector: *selected, PolicyTypes: types},
	}
}

func app(name string) *meta.LabelSelector {
	return &meta.LabelSelector{MatchLabels: map[string]string{"app": name}}
}

var (
	tcp     = core.ProtocolTCP
	port    = intstr.FromInt32(53)
	named   = intstr.FromString("http")
	refused = []string{"-p tcp -j REJECT --reject-with tcp-reset", "-j REJECT --reject-with icmp-port-unreachable"}
)

func sample(policies ...*networking.NetworkPolicy) world {
	return world{
		pods: []*core.Pod{
			pod("a", "server", "node1", "10.0.1.1"), pod("a", "client", "node2", "10.0.2.1"),
			pod("b", "client", "node1", "10.0.1.2"), pod("b", "waiting", "node1", ""),
		},
		namespaces: map[string]labels.Set{"a": {"name": "a"}, "b": {"name": "b"}},
		policies:   policies,
	}
}

func TestWithoutPoliciesNothingIsRefused(t *testing.T) {
	chains := rulesOf(sample(), "node1")
	if len(chains) != 1 || len(chains[prefix]) != 2 {
		t.Fatalf("%v", chains)
	}
}

func TestDefaultDenyRefusesBothDirectionsOfPodsOfThisNode(t *testing.T) {
	w := sample(policy(&meta.LabelSelector{}, networking.PolicyTypeIngress, networking.PolicyTypeEgress))
	chains := rulesOf(w, "node1")
	server := w.pods[0]
	for _, direction := range []networking.PolicyType{networking.PolicyTypeIngress, networking.PolicyTypeEgress} {
		if got := chains[chainName(server, direction)]; !reflect.DeepEqual(got, refused) {
			t.Errorf("%s: %v", direction, got)
		}
		if name := chainName(server, direction); len(name) > 28 {
			t.Errorf("%s is longer than iptables takes", name)
		}
	}
	want := []string{
		"-s 10.0.1.1 -d 10.0.1.1 -j RETURN",
		"-s 10.0.1.1 -j " + chainName(server, networking.PolicyTypeEgress),
		"-d 10.0.1.1 -j " + chainName(server, networking.PolicyTypeIngress),
	}
	if got := chains[prefix][2:]; !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
}

func TestPeersAreOfTheNamespaceThatIsMeant(t *testing.T) {
	own, other := policy(app("server")), policy(app("server"))
	own.Spec.Ingress = []networking.NetworkPolicyIngressRule{{From: []networking.NetworkPolicyPeer{{PodSelector: app("client")}}}}
	other.Spec.Ingress = []networking.NetworkPolicyIngressRule{{From: []networking.NetworkPolicyPeer{
		{NamespaceSelector: &meta.LabelSelector{MatchLabels: map[string]string{"name": "b"}}},
	}}}
	for _, each := range []struct {
		policy *networking.NetworkPolicy
		want   string
	}{{own, "-s 10.0.2.1 -j RETURN"}, {other, "-s 10.0.1.2 -j RETURN"}} {
		w := sample(each.policy)
		got := rulesOf(w, "node1")[chainName(w.pods[0], networking.PolicyTypeIngress)]
		if want := append([]string{each.want}, refused...); !reflect.DeepEqual(got, want) {
			t.Errorf("%v instead of %v", got, want)
		}
		if _, there := rulesOf(w, "node1")[chainName(w.pods[0], networking.PolicyTypeEgress)]; there {
			t.Error("a policy without egress rules and types is about egress")
		}
	}
}

func TestAPortMayHaveTheNameThatItsPodGivesIt(t *testing.T) {
	egress := policy(app("server"), networking.PolicyTypeEgress)
	egress.Spec.Egress = []networking.NetworkPolicyEgressRule{{
		To:    []networking.NetworkPolicyPeer{{PodSelector: app("client")}},
		Ports: []networking.NetworkPolicyPort{{Protocol: &tcp, Port: &named}, {Protocol: &tcp, Port: &port}},
	}}
	w := sample(egress)
	got := strings.Join(rulesOf(w, "node1")[chainName(w.pods[0], networking.PolicyTypeEgress)], "\n")
	want := "-d 10.0.2.1 -p tcp --dport 53 -j RETURN\n-d 10.0.2.1 -p tcp --dport 8080 -j RETURN"
	if !strings.HasPrefix(got, want) {
		t.Error(got)
	}
}

func TestARangeWithoutOthersHoldsTheRest(t *testing.T) {
	for _, each := range []struct{ inside, outside string }{
		{"10.41.255.255", "10.42.0.0"}, {"10.43.0.0", "10.42.255.255"}, {"255.255.255.255", "10.42.7.7"}, {"0.0.0.0", "10.42.128.1"},
	} {
		has := func(address string) bool {
			for _, cidr := range without("0.0.0.0/0", []string{"10.42.0.0/16"}) {
				if netip.MustParsePrefix(cidr).Contains(netip.MustParseAddr(address)) {
					return true
				}
			}
			return false
		}
		if !has(each.inside) || has(each.outside) {
			t.Errorf("%+v", each)
		}
	}
	if got := without("10.0.0.0/8", []string{"0.0.0.0/0"}); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

func TestChainsThatAreNoMoreAreRemovedAfterNothingLeadsThere(t *testing.T) {
	text := restoreText(map[string][]string{prefix: {"-j RETURN"}}, chainsIn(":FORWARD ACCEPT [1:2]\n:NETPOL - [0:0]\n:NETPOL-I-1 - [0:0]\n"))
	want := "*filter\n:NETPOL - [0:0]\n:NETPOL-I-1 - [0:0]\n-A NETPOL -j RETURN\n-X NETPOL-I-1\nCOMMIT\n"
	if text != want {
		t.Error(text)
	}
}

func TestOursIsTheFirstRuleOfAChainAndThereOnce(t *testing.T) {
	const other = "-P FORWARD ACCEPT\n-A FORWARD -j KUBE-FORWARD\n"
	for listed, want := range map[string]string{
		"-P FORWARD ACCEPT\n":                        "-I FORWARD 1 -j NETPOL",
		other:                                        "-I FORWARD 1 -j NETPOL",
		other + "-A FORWARD -j NETPOL\n":             "-I FORWARD 1 -j NETPOL,-D FORWARD 3",
		"-A FORWARD -j NETPOL\n" + other:             "",
		"-A FORWARD -j NETPOL\n-A FORWARD -j NETPOL": "-D FORWARD 2",
	} {
		if got := strings.Join(leading(listed, "FORWARD", "-j NETPOL"), ","); got != want {
			t.Errorf("%q: %s instead of %s", listed, got, want)
		}
	}
}
