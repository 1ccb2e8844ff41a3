package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func within(t *testing.T, limit time.Duration, what string, isSo func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !isSo(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", limit, what)
		}
	}
}

func content(path string) string {
	data, _ := os.ReadFile(path)
	return string(data)
}

// TestSupervision starts one machine's worth of services, since a reaper takes the children of the whole program and never ends.
func TestSupervision(t *testing.T) {
	at := t.TempDir()
	log := func(name string) string { return filepath.Join(at, name+".log") }
	shell := func(name, script string) Service {
		return Service{Name: name, Command: []string{"sh", "-c", "cd " + at + "\n" + script}, Log: log(name)}
	}
	// waits for a file of the test's
	gate := func(name string) string { return "until [ -e " + name + " ]; do sleep 0.02; done" }
	open := func(name string) {
		if err := os.WriteFile(filepath.Join(at, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// ends with the test, whoever starts it again
	open("alive")
	const forever = "while [ -e alive ]; do sleep 0.1; done"

	once := shell("once", gate("let-once-fail")+"; [ -e failed ] || { : >failed; exit 3; }; "+gate("let-once-end"))
	once.Once = true
	afterOnce := shell("after-once", "echo began; "+forever)
	afterOnce.After = []string{"once"}
	slow := shell("slow", forever)
	slow.Ready = []string{"test", "-e", filepath.Join(at, "ready")}
	afterSlow := shell("after-slow", "echo began; "+forever)
	afterSlow.After = []string{"slow"}
	killed := shell("killed", "echo $$; "+forever)
	missing := Service{Name: "missing", Command: []string{filepath.Join(at, "no-such-program")}, Log: log("missing")}
	told := shell("told", "echo $GIVEN $HOME $UNTOLD; echo said to stderr >&2; cat; "+forever)
	told.Env = map[string]string{"GIVEN": "yes"}
	t.Setenv("UNTOLD", "a proxy of the host's user")

	s := newSupervisor(&Plan{Services: []Service{once, afterOnce, slow, afterSlow, killed, missing, told}})
	s.start()
	go s.reap()

	t.Run("a service that runs once is started again until it succeeds, and what comes after waits for that", func(t *testing.T) {
		open("let-once-fail")
		within(t, 30*time.Second, "once fails", func() bool { _, err := os.Stat(filepath.Join(at, "failed")); return err == nil })
		time.Sleep(2 * restartPause)
		if content(log("after-once")) != "" {
			t.Error("what comes after began")
		}
		open("let-once-end")
		within(t, 30*time.Second, "what comes after begins", func() bool { return content(log("after-once")) == "began\n" })
	})

	t.Run("what comes after a service waits until it is ready", func(t *testing.T) {
		if content(log("after-slow")) != "" {
			t.Error("it began before")
		}
		open("ready")
		within(t, 30*time.Second, "it begins", func() bool { return content(log("after-slow")) == "began\n" })
	})

	t.Run("a service that is killed comes back after a pause, and its log goes on", func(t *testing.T) {
		within(t, 30*time.Second, "it begins", func() bool { return strings.Count(content(log("killed")), "\n") == 1 })
		s.mutex.Lock()
		for pid := range s.running {
			if content(log("killed")) == fmt.Sprintln(pid) {
				process, _ := os.FindProcess(pid)
				_ = process.Kill()
			}
		}
		s.mutex.Unlock()
		from := time.Now()
		within(t, 30*time.Second, "it is back", func() bool { return strings.Count(content(log("killed")), "\n") == 2 })
		if took := time.Since(from); took < restartPause-100*time.Millisecond {
			t.Errorf("it was back after %v, without a pause", took)
		}
	})

	t.Run("a program that cannot be started stops no other", func(t *testing.T) {
		within(t, 30*time.Second, "others run", func() bool { return content(log("told")) != "" })
	})

	t.Run("a service has its own environment, none of the host's, nothing to read, and one log for both outputs", func(t *testing.T) {
		within(t, 30*time.Second, "it speaks", func() bool { return content(log("told")) == "yes /root\nsaid to stderr\n" })
		if info, err := os.Stat(log("told")); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("its log is %v, %v", info.Mode(), err)
		}
	})

	t.Run("every service but the one that cannot run and the one that is done is known by its process", func(t *testing.T) {
		within(t, 30*time.Second, "five run", func() bool { s.mutex.Lock(); defer s.mutex.Unlock(); return len(s.running) == 5 })
	})
}

func TestAnEndIsToldInWords(t *testing.T) {
	for words, ended := range map[string]struct {
		status syscall.WaitStatus
		err    error
	}{
		"exit code 3":   {3 << 8, nil},
		"signal killed": {syscall.WaitStatus(syscall.SIGKILL), nil},
		"no disk":       {0, errors.New("no disk")},
	} {
		if said := ending(ended.status, ended.err); said != words {
			t.Errorf("got %q, want %q", said, words)
		}
	}
}
