package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

var mountFlags = map[string]uintptr{
	"bind": syscall.MS_BIND, "rbind": syscall.MS_BIND | syscall.MS_REC, "private": syscall.MS_PRIVATE, "rprivate": syscall.MS_PRIVATE | syscall.MS_REC,
	"rshared": syscall.MS_SHARED | syscall.MS_REC, "rslave": syscall.MS_SLAVE | syscall.MS_REC, "readonly": syscall.MS_RDONLY, "remount": syscall.MS_REMOUNT,
	"nosuid": syscall.MS_NOSUID, "nodev": syscall.MS_NODEV, "noexec": syscall.MS_NOEXEC,
}

func build(steps []Step) error {
	for _, step := range steps {
		if err := step.apply(); err != nil {
			err = fmt.Errorf("%s %s: %w", step.Do, step.Path, err)
			if !step.Lenient {
				return err
			}
			say("%v (tolerated)", err)
		}
	}
	return nil
}

func (s Step) apply() error {
	switch s.Do {
	case "mount":
		var flags uintptr
		for _, name := range s.Flags {
			flag, known := mountFlags[name]
			if !known {
				return fmt.Errorf("no such mount flag: %s", name)
			}
			flags |= flag
		}
		return syscall.Mount(s.Source, s.Path, s.Type, flags, s.Data)
	case "unmount":
		return syscall.Unmount(s.Path, syscall.MNT_DETACH)
	case "directory":
		return os.MkdirAll(s.Path, 0o755)
	case "remove":
		return os.RemoveAll(s.Path)
	case "link":
		return os.Symlink(s.Source, s.Path)
	case "write":
		if err := os.MkdirAll(filepath.Dir(s.Path), 0o755); err != nil {
			return err
		}
		// Control files answer "busy" for the moment in which the launcher has not left the cgroup yet.
		var err error
		for attempt := 0; attempt < 40; attempt++ {
			if err = os.WriteFile(s.Path, []byte(s.Content), 0o644); err == nil || s.Lenient {
				return err
			}
			time.Sleep(50 * time.Millisecond)
		}
		return err
	case "copy": // of one small file, such as the boot id
		content, err := os.ReadFile(s.Source)
		if err != nil {
			return err
		}
		return os.WriteFile(s.Path, content, 0o644)
	case "join-cgroup":
		return os.WriteFile(s.Path, []byte(strconv.Itoa(os.Getpid())), 0o644)
	case "pivot":
		return pivot(s.Path)
	}
	return fmt.Errorf("no such step")
}

// pivot makes path the root and drops the old one, without a directory to hang the old one on (see pivot_root(2), the "." idiom).
func pivot(path string) error {
	if err := os.Chdir(path); err != nil {
		return err
	}
	if err := syscall.PivotRoot(".", "."); err != nil {
		return err
	}
	if err := syscall.Unmount(".", syscall.MNT_DETACH); err != nil {
		return err
	}
	return os.Chdir("/")
}
