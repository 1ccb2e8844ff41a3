package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// Plan is what lab/cluster writes for one machine of the lab: a node or the control plane.
type Plan struct {
	Hostname string `json:"hostname"`
	// NetworkNamespace is a path like /run/netns/NAME; it must exist.
	NetworkNamespace string `json:"networkNamespace"`
	// CgroupProcs are the cgroup.procs files that PID 1 is born in, one for each hierarchy.
	CgroupProcs []string `json:"cgroupProcs"`
	// CgroupNamespace hides the cgroups above the plan's own.
	CgroupNamespace bool `json:"cgroupNamespace"`
	// Listeners are opened before the network namespace is left, so that they stay on the host's loopback.
	Listeners []Listener `json:"listeners"`
	OpenFiles uint64     `json:"openFiles"`
	Log       string     `json:"log"`
	Root      []Step     `json:"root"`
	Services  []Service  `json:"services"`
}

// Listener is a TCP address of the host.
type Listener struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

// Step is one operation of building the machine's root, done in order.
type Step struct {
	// Do is one of mount, unmount, directory, write, copy, remove, link, join-cgroup, pivot.
	Do      string   `json:"do"`
	Path    string   `json:"path"`
	Source  string   `json:"source,omitempty"`
	Type    string   `json:"type,omitempty"`
	Flags   []string `json:"flags,omitempty"`
	Data    string   `json:"data,omitempty"`
	Content string   `json:"content,omitempty"`
	// Lenient steps may fail; the failure is only logged.
	Lenient bool `json:"lenient,omitempty"`
}

// Service is one supervised program: started when those it comes after are done (once) or ready, restarted a second after it ends.
type Service struct {
	Name      string            `json:"name"`
	Command   []string          `json:"command"`
	Env       map[string]string `json:"env,omitempty"`
	Log       string            `json:"log"`
	After     []string          `json:"after,omitempty"`
	Once      bool              `json:"once,omitempty"`
	Ready     []string          `json:"ready,omitempty"`
	Listeners []string          `json:"listeners,omitempty"`
}

func readPlan(path string) (*Plan, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	plan := &Plan{}
	if err := json.Unmarshal(data, plan); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return plan, nil
}
