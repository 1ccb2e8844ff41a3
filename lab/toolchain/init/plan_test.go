package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadPlan(t *testing.T) {
	plan, err := readPlan(file(t, "plan.json", `{
		"hostname": "node1", "cgroupNamespace": true, "openFiles": 20000,
		"listeners": [{"name": "api", "address": "127.0.0.1:16443"}],
		"root": [{"do": "mount", "path": "/", "flags": ["rprivate"]}],
		"services": [{"name": "kubelet", "command": ["kubelet", "-v"], "log": "/l", "after": ["images"], "once": true, "ready": ["true"], "listeners": ["api"]}]
	}`))
	if err != nil {
		t.Fatal(err)
	}
	service := Service{Name: "kubelet", Command: []string{"kubelet", "-v"}, Log: "/l", After: []string{"images"}, Once: true, Ready: []string{"true"}, Listeners: []string{"api"}}
	want := &Plan{
		Hostname: "node1", CgroupNamespace: true, OpenFiles: 20000,
		Listeners: []Listener{{"api", "127.0.0.1:16443"}},
		Root:      []Step{{Do: "mount", Path: "/", Flags: []string{"rprivate"}}},
		Services:  []Service{service},
	}
	if !reflect.DeepEqual(plan, want) {
		t.Errorf("got %+v, want %+v", plan, want)
	}
}

func TestReadPlanNamesTheFile(t *testing.T) {
	path := file(t, "plan.json", `{"hostname": 3}`)
	if _, err := readPlan(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("the error does not name %s: %v", path, err)
	}
	if _, err := readPlan(path + ".none"); !os.IsNotExist(err) {
		t.Errorf("got %v", err)
	}
}

func TestBuildDoesStepsInOrder(t *testing.T) {
	at := t.TempDir()
	source := file(t, "source", "copied")
	err := build([]Step{
		{Do: "directory", Path: at + "/a/b"},
		{Do: "write", Path: at + "/new/file", Content: "written"},
		{Do: "copy", Path: at + "/a/copy", Source: source},
		{Do: "link", Path: at + "/a/link", Source: "copy"},
		{Do: "remove", Path: at + "/a/b"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"/new/file": "written", "/a/copy": "copied", "/a/link": "copied"} {
		if content, err := os.ReadFile(at + path); err != nil || string(content) != want {
			t.Errorf("%s holds %q, %v", path, content, err)
		}
	}
	if _, err := os.Stat(at + "/a/b"); !os.IsNotExist(err) {
		t.Errorf("the directory is not removed: %v", err)
	}
}

func TestBuildStopsAtTheFirstFailure(t *testing.T) {
	at := t.TempDir()
	for name, step := range map[string]Step{
		"no such step":       {Do: "dance", Path: at},
		"no such mount flag": {Do: "mount", Path: at, Flags: []string{"bind", "loud"}},
		"no such file":       {Do: "copy", Path: at + "/x", Source: at + "/none"},
	} {
		after := Step{Do: "directory", Path: at + "/after"}
		err := build([]Step{step, after})
		if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), step.Do+" "+step.Path) {
			t.Errorf("%s: got %v", name, err)
		}
		if _, err := os.Stat(after.Path); err == nil {
			t.Fatalf("%s: the step after it was done", name)
		}
		step.Lenient = true
		if err := build([]Step{step, after}); err != nil {
			t.Errorf("%s, lenient: %v", name, err)
		}
		if err := os.Remove(after.Path); err != nil {
			t.Errorf("%s, lenient: the step after it was not done", name)
		}
	}
}
