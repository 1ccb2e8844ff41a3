package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"sync"
	"time"
)

const largestPage = 1 << 20

// pager is the lab's receiver of notifications: what would have rung somebody's telephone is a line in a file.
func pager(address, path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return http.ListenAndServe(address, receiver(file))
}

// receiver appends each valid POST to the file as {time, path, body} on a line of its own.
func receiver(file io.Writer) http.Handler {
	var mutex sync.Mutex
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		received := time.Now()
		if r.Method != http.MethodPost {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestPage))
		if err != nil || !json.Valid(body) {
			http.Error(w, "want JSON of at most 1 MiB", http.StatusBadRequest)
			return
		}
		line, err := json.Marshal(map[string]any{"time": received.UTC().Format(time.RFC3339Nano), "path": r.URL.Path, "body": json.RawMessage(body)})
		if err == nil {
			mutex.Lock()
			_, err = file.Write(append(line, '\n'))
			mutex.Unlock()
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
}
