package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"sort"
	"strings"
)

// table is the filter table of the network namespace that we run in.
type table struct {
	bridge string
	// written is what was written last; empty when it must be written again.
	written string
}

// write replaces all chains of ours by these, at once; chains of others are left alone.
func (t *table) write(chains map[string][]string) error {
	text := restoreText(chains, nil)
	if text == t.written {
		return nil
	}
	saved, err := call("iptables-save", "-t", "filter")
	if err != nil {
		return err
	}
	if err := restore(restoreText(chains, chainsIn(saved))); err != nil {
		return err
	}
	// What pods send to their own node is no forwarded packet.
	for _, hook := range [][]string{{"FORWARD"}, {"INPUT", "-i", t.bridge}} {
		if err := lead(hook[0], strings.Join(append(hook[1:], "-j", prefix), " ")); err != nil {
			return err
		}
	}
	t.written = text
	return nil
}

// lead makes a rule the first of a chain: kube-proxy, whose rules let connections pass that are there already, puts its own first when it starts.
func lead(chain, rule string) error {
	listed, err := call("iptables", "-w", "-S", chain)
	if err != nil {
		return err
	}
	for _, edit := range leading(listed, chain, rule) {
		if _, err := call("iptables", append([]string{"-w"}, strings.Fields(edit)...)...); err != nil {
			return err
		}
	}
	return nil
}

// leading gives the edits after which a rule is in a chain once, as the first: none where it is so. It is put there before it is taken from
// where it was, so that it is never missing.
func leading(listed, chain, rule string) (edits []string) {
	var rules []string
	for _, line := range strings.Split(listed, "\n") {
		if each, found := strings.CutPrefix(line, "-A "+chain+" "); found {
			rules = append(rules, each)
		}
	}
	if len(rules) == 0 || rules[0] != rule {
		edits = append(edits, "-I "+chain+" 1 "+rule)
		rules = append([]string{rule}, rules...)
	}
	for number := len(rules); number > 1; number-- {
		if rules[number-1] == rule {
			edits = append(edits, fmt.Sprintf("-D %s %d", chain, number))
		}
	}
	return edits
}

// restoreText is the input of iptables-restore that makes our chains what they should be, and removes those of `present` that are no more.
func restoreText(chains map[string][]string, present []string) string {
	names := make([]string, 0, len(chains))
	for name := range chains {
		names = append(names, name)
	}
	sort.Strings(names)
	var gone []string
	for _, name := range present {
		if _, stays := chains[name]; !stays {
			gone = append(gone, name)
		}
	}
	var text strings.Builder
	text.WriteString("*filter\n")
	for _, name := range append(append([]string{}, names...), gone...) {
		fmt.Fprintf(&text, ":%s - [0:0]\n", name)
	}
	for _, name := range names {
		for _, rule := range chains[name] {
			fmt.Fprintf(&text, "-A %s %s\n", name, rule)
		}
	}
	for _, name := range gone {
		fmt.Fprintf(&text, "-X %s\n", name)
	}
	text.WriteString("COMMIT\n")
	return text.String()
}

// chainsIn names the chains of ours in the output of iptables-save.
func chainsIn(saved string) (names []string) {
	for _, line := range strings.Split(saved, "\n") {
		if name, found := strings.CutPrefix(line, ":"); found && strings.HasPrefix(name, prefix) {
			names = append(names, strings.Fields(name)[0])
		}
	}
	return names
}

func restore(text string) error {
	command := exec.Command("iptables-restore", "-w", "--noflush")
	command.Stdin = strings.NewReader(text)
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("iptables-restore: %w: %s", err, bytes.TrimSpace(output))
	}
	return nil
}

func call(name string, args ...string) (string, error) {
	output, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", name, err, bytes.TrimSpace(output))
	}
	return string(output), nil
}
