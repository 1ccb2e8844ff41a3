package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	// recyclePause is the time between two looks at the volumes.
	recyclePause = 5 * time.Second
	removedMark  = ".removed-"
)

// recycler gives local volumes out again. Kubernetes leaves that to people: a local volume whose claim was deleted stays Released for ever.
type recycler struct {
	client *http.Client
	server string
	// inNode is where volumes lie for the node, and so in their specs; onHost is the same directory from here.
	inNode, onHost string
}

// persistentVolume is what matters here of core/v1 PersistentVolume.
type persistentVolume struct {
	Metadata struct {
		Name            string `json:"name"`
		UID             string `json:"uid"`
		ResourceVersion string `json:"resourceVersion"`
	} `json:"metadata"`
	Spec struct {
		Local struct {
			Path string `json:"path"`
		} `json:"local"`
	} `json:"spec"`
	Status struct {
		Phase string `json:"phase"`
	} `json:"status"`
}

// volumes runs for ever: every few seconds it empties the volumes whose claims are gone and makes them available.
func volumes(server, certificate, key, authority, inNode, onHost string) error {
	client, err := mutualTLS(certificate, key, authority)
	if err != nil {
		return err
	}
	r := recycler{client: client, server: server, inNode: inNode, onHost: onHost}
	said := ""
	for ; ; time.Sleep(recyclePause) {
		switch err := r.pass(); {
		case err == nil:
			said = ""
		case err.Error() != said:
			said = err.Error()
			say("%s", said)
		}
	}
}

func mutualTLS(certificate, key, authority string) (*http.Client, error) {
	own, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		return nil, err
	}
	pem, err := os.ReadFile(authority)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate", authority)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{Certificates: []tls.Certificate{own}, RootCAs: roots}}
	return &http.Client{Transport: transport, Timeout: 10 * time.Second}, nil
}

// pass looks at every volume once. A volume is Released only when its claim is gone, and a claim goes only after the last pod that used it.
func (r recycler) pass() error {
	// what a pass before this one, killed on its way, had put aside
	aside, err := filepath.Glob(filepath.Join(r.onHost, removedMark+"*"))
	if err != nil {
		return err
	}
	for _, directory := range aside {
		if err := os.RemoveAll(directory); err != nil {
			return err
		}
	}
	var list struct {
		Items []persistentVolume `json:"items"`
	}
	if err := r.call(http.MethodGet, "/api/v1/persistentvolumes", nil, &list); err != nil {
		return err
	}
	for _, volume := range list.Items {
		directory, ours := r.directoryOf(volume)
		if !ours || volume.Status.Phase != "Released" {
			continue
		}
		if err := r.recycle(volume, directory); err != nil {
			return fmt.Errorf("volume %s stays Released: %w", volume.Metadata.Name, err)
		}
		say("volume %s was emptied and can be claimed again", volume.Metadata.Name)
	}
	return nil
}

// directoryOf is the directory of a volume of the lab's own; others' volumes are left alone.
func (r recycler) directoryOf(volume persistentVolume) (string, bool) {
	name, below := strings.CutPrefix(volume.Spec.Local.Path, r.inNode+"/")
	if !below || name == "" || strings.HasPrefix(name, ".") || strings.Contains(name, "/") {
		return "", false
	}
	return filepath.Join(r.onHost, name), true
}

// recycle puts the data aside and an empty directory in its place, and only then lets the volume be claimed: nobody ever sees another
// claim's data, and a process that outlived its pod by force goes on in the directory put aside.
func (r recycler) recycle(volume persistentVolume, directory string) error {
	aside := filepath.Join(r.onHost, removedMark+filepath.Base(directory))
	if err := os.Rename(directory, aside); err != nil && !os.IsNotExist(err) {
		return err
	}
	if err := os.Mkdir(directory, 0o755); err != nil {
		return err
	}
	patch := map[string]any{
		// another version of the volume than the one that was looked at is refused
		"metadata": map[string]string{"uid": volume.Metadata.UID, "resourceVersion": volume.Metadata.ResourceVersion},
		"spec":     map[string]any{"claimRef": nil},
	}
	if err := r.call(http.MethodPatch, "/api/v1/persistentvolumes/"+volume.Metadata.Name, patch, nil); err != nil {
		return err
	}
	return os.RemoveAll(aside)
}

func (r recycler) call(method, path string, body, answer any) error {
	var content io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(data)
	}
	request, err := http.NewRequest(method, r.server+path, content)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/merge-patch+json")
	response, err := r.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s %.200s", method, path, response.Status, data)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(data, answer)
}
