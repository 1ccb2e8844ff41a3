package nodeprobe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Where a pod finds the credentials of its service account.
const defaultCredentials = "/var/run/secrets/kubernetes.io/serviceaccount"

const (
	// listWithin bounds a list, and the silence of a watch beyond the time that it was asked for.
	listWithin = 15 * time.Second
	// watchSeconds a watch lives, and up to as long again: so that those of all nodes do not end together.
	watchSeconds = 240
	// pauses between attempts: from the first to the longest, doubled.
	firstPause, longestPause = time.Second, 30 * time.Second
)

// API is as much of a client of Kubernetes as following the EndpointSlices of one Service takes. client-go would take 20 MiB more of
// memory on each node for it.
type API struct {
	// Base is the URL of the API server, by address: finding peers must not need the DNS.
	Base        string
	credentials string
	client      *http.Client
}

// InCluster makes the client of a pod, from what kubelet gives it.
func InCluster() (*API, error) {
	host, port := os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT")
	if host == "" || port == "" {
		return nil, errors.New("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: this runs in a pod only")
	}
	authorities := x509.NewCertPool()
	certificate, err := os.ReadFile(filepath.Join(defaultCredentials, "ca.crt"))
	if err != nil {
		return nil, err
	}
	if !authorities.AppendCertsFromPEM(certificate) {
		return nil, errors.New("ca.crt of the service account has no certificate")
	}
	client := &http.Client{Transport: transportTo(authorities)}
	return &API{Base: "https://" + net.JoinHostPort(host, port), credentials: defaultCredentials, client: client}, nil
}

// transportTo pings a connection on which nothing comes: one that died without a word would be used for ever, as a request that times out does
// not end a connection of HTTP/2.
func transportTo(authorities *x509.CertPool) *http.Transport {
	return &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: authorities, MinVersion: tls.VersionTLS12},
		DialContext:       (&net.Dialer{Timeout: listWithin}).DialContext,
		ForceAttemptHTTP2: true, TLSHandshakeTimeout: listWithin, IdleConnTimeout: time.Minute,
		HTTP2: &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second},
	}
}

// endpointSlice has the fields of discovery.k8s.io/v1 that are read.
type endpointSlice struct {
	Metadata struct {
		Name            string `json:"name"`
		ResourceVersion string `json:"resourceVersion"`
	} `json:"metadata"`
	AddressType string `json:"addressType"`
	Endpoints   []struct {
		Addresses  []string `json:"addresses"`
		NodeName   string   `json:"nodeName"`
		Zone       string   `json:"zone"`
		Conditions struct {
			Ready       *bool `json:"ready"`
			Terminating *bool `json:"terminating"`
		} `json:"conditions"`
	} `json:"endpoints"`
}

// follow calls changed with every echo there is, at first and after each change, until ctx ends. While the API server does not answer,
// what was known last stays known.
func (a *API) follow(ctx context.Context, namespace, service string, log *slog.Logger, changed func([]Endpoint)) {
	pause := firstPause
	for ctx.Err() == nil {
		began := time.Now()
		err := a.listAndWatch(ctx, namespace, service, changed)
		if ctx.Err() != nil {
			return
		}
		if err == nil || time.Since(began) > longestPause {
			pause = firstPause
		}
		if err != nil {
			log.Warn("the EndpointSlices cannot be followed", "error", err, "again", pause)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause/2 + rand.N(pause)):
		}
		pause = min(2*pause, longestPause)
	}
}

// listAndWatch returns nil when the watch ended as it should.
func (a *API) listAndWatch(ctx context.Context, namespace, service string, changed func([]Endpoint)) error {
	// Any version will do: the API server answers out of its memory, and the watch brings what is newer.
	query := url.Values{"labelSelector": {"kubernetes.io/service-name=" + service}, "resourceVersion": {"0"}}
	var listed struct {
		Metadata struct {
			ResourceVersion string `json:"resourceVersion"`
		} `json:"metadata"`
		Items []endpointSlice `json:"items"`
	}
	body, err := a.get(ctx, listWithin, namespace, query)
	if err != nil {
		return err
	}
	err = json.NewDecoder(body).Decode(&listed)
	body.Close()
	if err != nil {
		return fmt.Errorf("the list: %w", err)
	}
	known := map[string]endpointSlice{}
	for _, one := range listed.Items {
		known[one.Metadata.Name] = one
	}
	changed(endpoints(known))

	seconds := watchSeconds + rand.N(watchSeconds)
	query.Set("resourceVersion", listed.Metadata.ResourceVersion)
	query.Set("watch", "1")
	query.Set("timeoutSeconds", strconv.Itoa(seconds))
	body, err = a.get(ctx, time.Duration(seconds)*time.Second+listWithin, namespace, query)
	if err != nil {
		return err
	}
	defer body.Close()
	for events := json.NewDecoder(body); ; {
		var event struct {
			Type   string          `json:"type"`
			Object json.RawMessage `json:"object"`
		}
		if err := events.Decode(&event); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("the watch: %w", err)
		}
		var one endpointSlice
		switch event.Type {
		case "ADDED", "MODIFIED", "DELETED":
			if err := json.Unmarshal(event.Object, &one); err != nil {
				return fmt.Errorf("the watch: %w", err)
			}
		case "ERROR":
			// Most often that the version is too old by now: a new list tells all.
			return fmt.Errorf("the watch: %s", shortened(event.Object))
		default:
			continue
		}
		if event.Type == "DELETED" {
			delete(known, one.Metadata.Name)
		} else {
			known[one.Metadata.Name] = one
		}
		changed(endpoints(known))
	}
}

// get asks for the EndpointSlices; whoever closes the body ends the request.
func (a *API) get(ctx context.Context, within time.Duration, namespace string, query url.Values) (io.ReadCloser, error) {
	// Read anew each time: kubelet renews the token in place.
	token, err := os.ReadFile(filepath.Join(a.credentials, "token"))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	path := "/apis/discovery.k8s.io/v1/namespaces/" + url.PathEscape(namespace) + "/endpointslices?" + query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.Base+path, nil)
	if err != nil {
		cancel()
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "continuous-load-node-prober")
	response, err := a.client.Do(request)
	if err != nil {
		cancel()
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(response.Body, 1000))
		response.Body.Close()
		cancel()
		return nil, fmt.Errorf("the API server says %s: %s", response.Status, shortened(said))
	}
	return &endingBody{response.Body, cancel}, nil
}

type endingBody struct {
	io.ReadCloser
	end context.CancelFunc
}

func (b *endingBody) Close() error {
	b.end()
	return b.ReadCloser.Close()
}

// endpoints makes one of each node, with an address if one of its echoes can be probed: while one is replaced there may be two.
func endpoints(known map[string]endpointSlice) []Endpoint {
	byNode := map[string]Endpoint{}
	for _, one := range known {
		for _, each := range one.Endpoints {
			if each.NodeName == "" || one.AddressType == "FQDN" {
				continue
			}
			found := Endpoint{Node: each.NodeName, Zone: each.Zone}
			ready := each.Conditions.Ready == nil || *each.Conditions.Ready
			terminating := each.Conditions.Terminating != nil && *each.Conditions.Terminating
			if ready && !terminating && len(each.Addresses) > 0 {
				found.Address = each.Addresses[0]
			}
			if before, twice := byNode[each.NodeName]; !twice || better(found, before) {
				byNode[each.NodeName] = found
			}
		}
	}
	all := make([]Endpoint, 0, len(byNode))
	for _, one := range byNode {
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b Endpoint) int { return strings.Compare(a.Node, b.Node) })
	return all
}

// better prefers an echo that can be probed, of two the one whose address comes first: the order of a map must decide nothing.
func better(one, other Endpoint) bool {
	if (one.Address == "") != (other.Address == "") {
		return one.Address != ""
	}
	return one.Address < other.Address
}

// shortened keeps what somebody said fit for one line of a log.
func shortened(said []byte) string {
	const most = 200
	text := strings.Join(strings.Fields(string(said)), " ")
	if len(text) <= most {
		return text
	}
	return text[:most] + "…"
}
