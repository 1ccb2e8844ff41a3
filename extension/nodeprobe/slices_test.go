package nodeprobe

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const patience = 10 * time.Second

var errInvalid = errors.New("of its own")

var quiet = slog.New(slog.DiscardHandler)

// oneSlice writes an EndpointSlice; each echo is "node zone address conditions", with - for nothing.
func oneSlice(name string, echoes ...string) string {
	endpoints := make([]string, len(echoes))
	for i, echo := range echoes {
		fields := strings.Fields(echo)
		conditions := map[string]string{
			"ready": `{"ready":true,"serving":true,"terminating":false}`, "unready": `{"ready":false,"serving":false,"terminating":false}`,
			"draining": `{"ready":false,"serving":true,"terminating":true}`, "unknown": `{}`,
		}[fields[3]]
		zone := strings.Trim(fields[1], "-")
		endpoints[i] = fmt.Sprintf(`{"addresses":[%q],"nodeName":%q,"zone":%q,"conditions":%s}`, fields[2], fields[0], zone, conditions)
	}
	return fmt.Sprintf(`{"metadata":{"name":%q,"resourceVersion":"7"},"addressType":"IPv4","endpoints":[%s]}`, name, strings.Join(endpoints, ","))
}

// fakeAPI answers lists with what it has and watches with the events that it is told.
type fakeAPI struct {
	*httptest.Server
	mutex    sync.Mutex
	items    []string
	asked    []*http.Request
	events   chan string
	refusals int
}

func newFakeAPI(t *testing.T, items ...string) (*fakeAPI, *API) {
	t.Helper()
	fake := &fakeAPI{items: items, events: make(chan string)}
	fake.Server = httptest.NewServer(http.HandlerFunc(fake.answer))
	t.Cleanup(func() { fake.CloseClientConnections(); fake.Close() })
	credentials := t.TempDir()
	if err := os.WriteFile(filepath.Join(credentials, "token"), []byte("first\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return fake, &API{Base: fake.URL, credentials: credentials, client: fake.Client()}
}

func (f *fakeAPI) answer(w http.ResponseWriter, r *http.Request) {
	f.mutex.Lock()
	f.asked = append(f.asked, r)
	refused := f.refusals > 0
	f.refusals--
	items := strings.Join(f.items, ",")
	f.mutex.Unlock()
	if refused {
		http.Error(w, "not now", http.StatusServiceUnavailable)
		return
	}
	if r.URL.Query().Get("watch") == "" {
		_, _ = fmt.Fprintf(w, `{"metadata":{"resourceVersion":"9"},"items":[%s]}`, items)
		return
	}
	w.(http.Flusher).Flush()
	for {
		select {
		case event, more := <-f.events:
			if !more || event == "" {
				return
			}
			_, _ = fmt.Fprintln(w, event)
			w.(http.Flusher).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

func (f *fakeAPI) requests() []*http.Request {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.asked
}

// told follows the API and waits until the echoes are these, in words.
func told(t *testing.T, api *API) func(expected string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	changes := make(chan []Endpoint, 100)
	done := make(chan struct{})
	go func() {
		defer close(done)
		api.follow(ctx, "continuous-load", "node-echo", quiet, func(all []Endpoint) { changes <- all })
	}()
	t.Cleanup(func() { stop(); <-done })
	return func(expected string) {
		t.Helper()
		last, deadline := "nothing", time.After(patience)
		for last != expected {
			select {
			case change := <-changes:
				words := make([]string, len(change))
				for i, one := range change {
					words[i] = strings.TrimSpace(one.Node + " " + one.Zone + " " + one.Address)
				}
				last = strings.Join(words, ", ")
			case <-deadline:
				t.Fatalf("told %q, not %q", last, expected)
			}
		}
	}
}

func event(kind, object string) string { return fmt.Sprintf(`{"type":%q,"object":%s}`, kind, object) }

func TestEchoesAreFollowed(t *testing.T) {
	fake, api := newFakeAPI(t, oneSlice("one", "n1 a 10.0.0.1 ready", "n2 b 10.0.0.2 unready"), oneSlice("two", "n3 - 10.0.0.3 unknown"))
	expect := told(t, api)
	expect("n1 a 10.0.0.1, n2 b, n3  10.0.0.3")
	fake.events <- event("MODIFIED", oneSlice("one", "n1 a 10.0.0.1 draining", "n2 b 10.0.0.2 ready"))
	expect("n1 a, n2 b 10.0.0.2, n3  10.0.0.3")
	fake.events <- event("BOOKMARK", `{"metadata":{"resourceVersion":"10"}}`)
	// replaced: for a moment the new echo and the old one
	fake.events <- event("MODIFIED", oneSlice("one", "n1 a 10.0.0.1 draining", "n1 a 10.0.0.9 ready", "n2 b 10.0.0.2 ready"))
	expect("n1 a 10.0.0.9, n2 b 10.0.0.2, n3  10.0.0.3")
	fake.events <- event("ADDED", oneSlice("three", "n4 a 10.0.0.4 ready"))
	expect("n1 a 10.0.0.9, n2 b 10.0.0.2, n3  10.0.0.3, n4 a 10.0.0.4")
	fake.events <- event("DELETED", oneSlice("one"))
	expect("n3  10.0.0.3, n4 a 10.0.0.4")

	list, watch := fake.requests()[0], fake.requests()[1]
	if got := list.URL.Query().Encode(); list.URL.Path != "/apis/discovery.k8s.io/v1/namespaces/continuous-load/endpointslices" ||
		got != "labelSelector=kubernetes.io%2Fservice-name%3Dnode-echo&resourceVersion=0" {
		t.Errorf("it lists %s", list.URL)
	}
	if watch.URL.Query().Get("resourceVersion") != "9" || watch.URL.Query().Get("timeoutSeconds") == "" {
		t.Errorf("it watches %s", watch.URL)
	}
}

func TestAWatchThatEndsOrFailsBeginsAnew(t *testing.T) {
	fake, api := newFakeAPI(t, oneSlice("one", "n1 a 10.0.0.1 ready"))
	expect := told(t, api)
	expect("n1 a 10.0.0.1")
	set := func(item string, refusals int) {
		fake.mutex.Lock()
		defer fake.mutex.Unlock()
		fake.items, fake.refusals = []string{item}, refusals
	}
	set(oneSlice("one", "n1 a 10.0.0.2 ready"), 0)
	fake.events <- "" // the server's own time is over
	expect("n1 a 10.0.0.2")
	set(oneSlice("one", "n1 a 10.0.0.3 ready"), 1)
	if err := os.WriteFile(filepath.Join(api.credentials, "token"), []byte("second\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	fake.events <- event("ERROR", `{"code":410,"reason":"Expired"}`)
	expect("n1 a 10.0.0.3")
	requests := fake.requests()
	if first, last := requests[0].Header.Get("Authorization"), requests[len(requests)-1].Header.Get("Authorization"); first != "Bearer first" || last != "Bearer second" {
		t.Errorf("the tokens were %q and %q", first, last)
	}
}

func TestOutsideOfAPodItSaysSo(t *testing.T) {
	t.Setenv("KUBERNETES_SERVICE_HOST", "")
	if _, err := InCluster(); err == nil || !strings.Contains(err.Error(), "in a pod only") {
		t.Errorf("it says %v", err)
	}
}
