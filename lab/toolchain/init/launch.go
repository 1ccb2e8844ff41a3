package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

const setnsSystemCall = 308 // linux/amd64

// launch starts PID 1 of a machine and leaves it alone: it has its own session, so a terminal's Ctrl-C does not reach it.
func launch(path string) error {
	plan, err := readPlan(path)
	if err != nil {
		return err
	}
	var files []*os.File
	for _, listener := range plan.Listeners {
		l, err := net.Listen("tcp4", listener.Address)
		if err != nil {
			return fmt.Errorf("listen on %s for %s: %w", listener.Address, listener.Name, err)
		}
		file, err := l.(*net.TCPListener).File()
		if err != nil {
			return err
		}
		files = append(files, file)
	}
	for _, procs := range plan.CgroupProcs {
		if err := os.WriteFile(procs, []byte(strconv.Itoa(os.Getpid())), 0o644); err != nil {
			return fmt.Errorf("join cgroup %s: %w", procs, err)
		}
	}
	log, err := os.OpenFile(plan.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	namespace, err := os.Open(plan.NetworkNamespace)
	if err != nil {
		return err
	}
	// The child is cloned by this very thread, and so is born in the network namespace that the thread joins.
	runtime.LockOSThread()
	if _, _, errno := syscall.RawSyscall(setnsSystemCall, namespace.Fd(), syscall.CLONE_NEWNET, 0); errno != 0 {
		return fmt.Errorf("join network namespace %s: %w", plan.NetworkNamespace, errno)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	flags := uintptr(syscall.CLONE_NEWPID | syscall.CLONE_NEWNS | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC)
	if plan.CgroupNamespace {
		flags |= 0x02000000 // CLONE_NEWCGROUP
	}
	child := exec.Command(self, "run", path)
	child.Stdout, child.Stderr, child.ExtraFiles = log, log, files
	child.Env = machineEnvironment()
	child.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags, Setsid: true}
	if err := child.Start(); err != nil {
		return fmt.Errorf("start PID 1 of %s: %w", plan.Hostname, err)
	}
	fmt.Println(child.Process.Pid)
	return nil
}

// machineEnvironment is the same on every machine: proxies and certificate settings of the host's user must not reach Kubernetes.
func machineEnvironment() []string {
	environment := []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8"}
	for _, entry := range os.Environ() {
		if strings.HasPrefix(entry, "TZ=") {
			environment = append(environment, entry)
		}
	}
	return environment
}
