package main

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const inNode = "/var/lib/continuous-load/volumes"

// apiServer serves volumes and takes patches; what a patch finds on the disk is looked at while it is asked for.
type apiServer struct {
	volumes []string
	refuse  int
	patches []string
	onPatch func()
}

func (a *apiServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodGet && r.URL.Path == "/api/v1/persistentvolumes":
		fmt.Fprintf(w, `{"items": [%s]}`, strings.Join(a.volumes, ","))
	case r.Method == http.MethodPatch && a.refuse != 0:
		http.Error(w, "the object has been modified", a.refuse)
	case r.Method == http.MethodPatch:
		var body json.RawMessage
		_ = json.NewDecoder(r.Body).Decode(&body)
		a.patches = append(a.patches, r.URL.Path+" "+string(body)+" "+r.Header.Get("Content-Type"))
		if a.onPatch != nil {
			a.onPatch()
		}
		fmt.Fprint(w, "{}")
	default:
		http.NotFound(w, r)
	}
}

func volume(name, path, phase string) string {
	return fmt.Sprintf(`{"metadata": {"name": %q, "uid": "u-%s", "resourceVersion": "7"}, "spec": {"local": {"path": %q}}, "status": {"phase": %q}}`, name, name, path, phase)
}

func keeper(t *testing.T, a *apiServer) recycler {
	t.Helper()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	onHost := t.TempDir()
	for _, name := range []string{"volume-1", "volume-2"} {
		if err := os.MkdirAll(filepath.Join(onHost, name, "data"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return recycler{client: server.Client(), server: server.URL, inNode: inNode, onHost: onHost}
}

func names(t *testing.T, directory string) string {
	t.Helper()
	entries, err := os.ReadDir(directory)
	if err != nil {
		return err.Error()
	}
	var found []string
	for _, entry := range entries {
		found = append(found, entry.Name())
	}
	return strings.Join(found, " ")
}

func TestOnlyAReleasedVolumeIsEmptied(t *testing.T) {
	a := &apiServer{volumes: []string{volume("one", inNode+"/volume-1", "Bound"), volume("two", inNode+"/volume-2", "Released")}}
	r := keeper(t, a)
	a.onPatch = func() {
		if found := names(t, filepath.Join(r.onHost, "volume-2")); found != "" {
			t.Errorf("it could be claimed while it held %s", found)
		}
	}
	if err := r.pass(); err != nil {
		t.Fatal(err)
	}
	want := `/api/v1/persistentvolumes/two {"metadata":{"resourceVersion":"7","uid":"u-two"},"spec":{"claimRef":null}} application/merge-patch+json`
	if len(a.patches) != 1 || a.patches[0] != want {
		t.Errorf("patched %v", a.patches)
	}
	if names(t, filepath.Join(r.onHost, "volume-1")) != "data" || names(t, r.onHost) != "volume-1 volume-2" {
		t.Errorf("there is %s, and in volume-1 %s", names(t, r.onHost), names(t, filepath.Join(r.onHost, "volume-1")))
	}
	if info, err := os.Stat(filepath.Join(r.onHost, "volume-2")); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("the new directory is %v, %v", info, err)
	}
}

func TestVolumesOfOthersAreLeftAlone(t *testing.T) {
	a := &apiServer{}
	for i, path := range []string{"", inNode, inNode + "/", inNode + "/../etc", inNode + "/..", inNode + "/volume-1/data", inNode + "/.removed-x", "/srv/volume-1", inNode + "x/volume-1"} {
		a.volumes = append(a.volumes, volume(fmt.Sprint("v", i), path, "Released"))
	}
	r := keeper(t, a)
	if err := r.pass(); err != nil {
		t.Fatal(err)
	}
	if len(a.patches) > 0 || names(t, filepath.Join(r.onHost, "volume-1")) != "data" {
		t.Errorf("patched %v; in volume-1 is %s", a.patches, names(t, filepath.Join(r.onHost, "volume-1")))
	}
}

func TestARefusedPatchIsTriedAgain(t *testing.T) {
	a := &apiServer{volumes: []string{volume("two", inNode+"/volume-2", "Released")}, refuse: http.StatusConflict}
	r := keeper(t, a)
	if err := r.pass(); err == nil || !strings.Contains(err.Error(), "two stays Released") || !strings.Contains(err.Error(), "has been modified") {
		t.Fatalf("got %v", err)
	}
	a.refuse = 0
	if err := r.pass(); err != nil || len(a.patches) != 1 {
		t.Errorf("got %v, patched %v", err, a.patches)
	}
	if names(t, r.onHost) != "volume-1 volume-2" || names(t, filepath.Join(r.onHost, "volume-2")) != "" {
		t.Errorf("there is %s", names(t, r.onHost))
	}
}

func TestWhatAKilledPassLeftIsRemoved(t *testing.T) {
	// killed after the data was put aside, before there was a new directory
	a := &apiServer{volumes: []string{volume("two", inNode+"/volume-2", "Released")}}
	r := keeper(t, a)
	if err := os.Rename(filepath.Join(r.onHost, "volume-2"), filepath.Join(r.onHost, ".removed-volume-2")); err != nil {
		t.Fatal(err)
	}
	if err := r.pass(); err != nil {
		t.Fatal(err)
	}
	if len(a.patches) != 1 || names(t, r.onHost) != "volume-1 volume-2" {
		t.Errorf("patched %v, there is %s", a.patches, names(t, r.onHost))
	}
}

func TestTheServerMustBeTheOneOfTheAuthority(t *testing.T) {
	server := httptest.NewTLSServer(&apiServer{})
	defer server.Close()
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	for name, client := range map[string]*http.Client{"its own": trusting(t, certificate), "another": trusting(t, otherAuthority(t))} {
		r := recycler{client: client, server: server.URL, inNode: inNode, onHost: t.TempDir()}
		if err := r.pass(); (err == nil) != (name == "its own") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := mutualTLS("/none", "/none", "/none"); err == nil {
		t.Error("no certificate is no error")
	}
}
