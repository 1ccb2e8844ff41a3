package netprobe

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

// tokenFresh: kubelet renews a bound token long before it ends, so 10 s are early enough, and spare a read per probe.
const tokenFresh = 10 * time.Second

// tokenFile reads the service account's token again and again: it is renewed in place, and k6 itself reads files only once.
type tokenFile struct {
	path    string
	mutex   sync.Mutex
	content string
	readAt  time.Time
}

// read gives the token, at most tokenFresh old. It fails where there is no such file or it is empty.
func (t *tokenFile) read() (string, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.content != "" && time.Since(t.readAt) < tokenFresh {
		return t.content, nil
	}
	content, err := os.ReadFile(t.path)
	if err != nil {
		return "", fmt.Errorf("netprobe.token: %w", err)
	}
	token := strings.TrimSpace(string(content))
	if token == "" {
		return "", fmt.Errorf("netprobe.token: %s is empty", t.path)
	}
	t.content, t.readAt = token, time.Now()
	return token, nil
}
