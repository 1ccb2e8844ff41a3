package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func receiving(t *testing.T) (http.Handler, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notifications.jsonl")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return receiver(file), path
}

func send(handler http.Handler, method, path, body string) int {
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(method, path, strings.NewReader(body)))
	return answer.Code
}

func lines(t *testing.T, path string) []string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(content), "\n"), "\n")
}

func TestAPageIsALine(t *testing.T) {
	handler, path := receiving(t)
	before := time.Now()
	if code := send(handler, "POST", "/page", "{\n \"alerts\": [1]}"); code != http.StatusOK {
		t.Fatalf("answered %d", code)
	}
	var line struct {
		Time time.Time `json:"time"`
		Path string    `json:"path"`
		Body struct {
			Alerts []int `json:"alerts"`
		} `json:"body"`
	}
	if err := json.Unmarshal([]byte(lines(t, path)[0]), &line); err != nil {
		t.Fatal(err)
	}
	if line.Path != "/page" || len(line.Body.Alerts) != 1 || line.Time.Before(before) || line.Time.After(time.Now()) || line.Time.Location() != time.UTC {
		t.Errorf("got %+v", line)
	}
}

func TestWhatIsNoPageIsRefused(t *testing.T) {
	handler, path := receiving(t)
	if code := send(handler, "GET", "/", ""); code != http.StatusNoContent {
		t.Errorf("GET answered %d", code)
	}
	for name, body := range map[string]string{"no JSON": "{", "nothing": "", "too much": `"` + strings.Repeat("x", largestPage) + `"`} {
		if code := send(handler, "POST", "/", body); code != http.StatusBadRequest {
			t.Errorf("%s answered %d", name, code)
		}
	}
	if content, _ := os.ReadFile(path); len(content) > 0 {
		t.Errorf("wrote %.60q", content)
	}
}

func TestPagesAtOnceAreLinesOfTheirOwn(t *testing.T) {
	handler, path := receiving(t)
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() { send(handler, "POST", "/", `{"long": "`+strings.Repeat("x", 5000)+`"}`) })
	}
	group.Wait()
	for _, line := range lines(t, path) {
		if !json.Valid([]byte(line)) {
			t.Fatalf("no JSON: %.80s", line)
		}
	}
	if count := len(lines(t, path)); count != 50 {
		t.Errorf("%d lines", count)
	}
}

func TestAFileThatCannotBeWrittenIsTold(t *testing.T) {
	file, err := os.Open(os.DevNull) // read only
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if code := send(receiver(file), "POST", "/", "{}"); code != http.StatusInternalServerError {
		t.Errorf("answered %d", code)
	}
}
