package main

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestEveryLogOfTheMachineIsBounded(t *testing.T) {
	plan := &Plan{Log: "/init", Services: []Service{{Log: "/a"}, {Log: "/b"}}}
	if logs := logsOf(plan); !reflect.DeepEqual(logs, []string{"/init", "/a", "/b"}) {
		t.Errorf("got %v", logs)
	}
}

func TestALogUnderItsBoundStays(t *testing.T) {
	path := file(t, "x.log", "123456789")
	if err := rotate(path, 10); err != nil {
		t.Fatal(err)
	}
	if content(path) != "123456789" || content(path+".1") != "" {
		t.Errorf("got %q and %q", content(path), content(path+".1"))
	}
	if err := rotate(path+".none", 10); err != nil {
		t.Errorf("a log that is not there: %v", err)
	}
	if err := rotate(os.DevNull, 0); err != nil {
		t.Errorf("no file: %v", err)
	}
}

func TestAFullLogIsEmptiedUnderItsWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.log")
	log, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	for round := range 3 {
		for line := range 30 {
			fmt.Fprintf(log, "round %d line %02d\n", round, line)
		}
		if err := rotate(path, 100); err != nil {
			t.Fatal(err)
		}
		if content(path) != "" {
			t.Fatalf("round %d: the log still holds %q", round, content(path))
		}
		before := content(path + ".1")
		if len(before) > 100 || !strings.HasSuffix(before, fmt.Sprintf("round %d line 29\n", round)) {
			t.Errorf("round %d: put aside was %q", round, before)
		}
	}
	fmt.Fprintln(log, "next")
	if content(path) != "next\n" {
		t.Errorf("its writer goes on at another place: %q", content(path))
	}
	if info, _ := os.Stat(path + ".1"); info.Mode().Perm() != 0o600 {
		t.Errorf("put aside is %v", info.Mode())
	}
}

func TestALogThatCannotBePutAsideIsKept(t *testing.T) {
	path := file(t, "x.log", "0123456789")
	if err := os.Mkdir(path+".1", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := rotate(path, 10); err == nil || content(path) != "0123456789" {
		t.Errorf("got %v and %q", err, content(path))
	}
}
