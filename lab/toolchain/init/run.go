package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

const (
	firstInheritedFile = 3
	restartPause       = time.Second
	readyPause         = 50 * time.Millisecond
)

func say(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, "%s lab-init: %s\n", time.Now().Format("15:04:05.000"), fmt.Sprintf(format, arguments...))
}

// run is PID 1 of a machine. It ends only by SIGKILL, which takes every process of the machine with it: a true power-off.
func run(path string) error {
	plan, err := readPlan(path)
	if err != nil {
		return err
	}
	if err := syscall.Sethostname([]byte(plan.Hostname)); err != nil {
		return err
	}
	if plan.OpenFiles > 0 {
		limit := syscall.Rlimit{Cur: plan.OpenFiles, Max: plan.OpenFiles}
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
			say("open files stay as they are: %v", err)
		}
	}
	if err := build(plan.Root); err != nil {
		say("%v", err)
		return err
	}
	for i := range plan.Listeners {
		syscall.CloseOnExec(firstInheritedFile + i)
	}
	go boundLogs(plan)
	s := newSupervisor(plan)
	s.start()
	s.reap()
	return nil
}

type supervisor struct {
	plan *Plan
	done map[string]chan struct{}
	// mutex is held while a process is started, so that its end is never reaped before it is known.
	mutex   sync.Mutex
	running map[int]chan syscall.WaitStatus
}

func newSupervisor(plan *Plan) *supervisor {
	s := &supervisor{plan: plan, done: map[string]chan struct{}{}, running: map[int]chan syscall.WaitStatus{}}
	for _, service := range plan.Services {
		s.done[service.Name] = make(chan struct{})
	}
	return s
}

// start begins to supervise every service; the caller reaps.
func (s *supervisor) start() {
	for _, service := range s.plan.Services {
		go s.supervise(service)
	}
}

// reap waits for every child, adopted orphans included.
func (s *supervisor) reap() {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		if err != nil {
			time.Sleep(10 * time.Millisecond)
			continue
		}
		s.mutex.Lock()
		if ended, ours := s.running[pid]; ours {
			delete(s.running, pid)
			ended <- status
		}
		s.mutex.Unlock()
	}
}

// execute runs a command to its end.
func (s *supervisor) execute(service Service, command []string) (syscall.WaitStatus, error) {
	log, err := os.OpenFile(service.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer log.Close()
	nothing, err := os.Open(os.DevNull)
	if err != nil {
		return 0, err
	}
	defer nothing.Close()
	environment := machineEnvironment()
	for name, value := range service.Env {
		environment = append(environment, name+"="+value)
	}
	files := []uintptr{nothing.Fd(), log.Fd(), log.Fd()}
	for _, name := range service.Listeners {
		for i, listener := range s.plan.Listeners {
			if listener.Name == name {
				files = append(files, uintptr(firstInheritedFile+i))
			}
		}
	}
	ended := make(chan syscall.WaitStatus, 1)
	s.mutex.Lock()
	pid, err := syscall.ForkExec(command[0], command, &syscall.ProcAttr{Dir: "/", Env: environment, Files: files, Sys: &syscall.SysProcAttr{Setsid: true}})
	if err == nil {
		s.running[pid] = ended
	}
	s.mutex.Unlock()
	if err != nil {
		return 0, fmt.Errorf("%s: %w", command[0], err)
	}
	return <-ended, nil
}

func (s *supervisor) supervise(service Service) {
	for _, name := range service.After {
		<-s.done[name]
	}
	if path, err := exec.LookPath(service.Command[0]); err == nil {
		service.Command[0], _ = filepath.Abs(path)
	}
	if len(service.Ready) > 0 {
		go s.awaitReady(service)
	} else if !service.Once {
		close(s.done[service.Name])
	}
	for {
		status, err := s.execute(service, service.Command)
		if service.Once && err == nil && status.ExitStatus() == 0 {
			close(s.done[service.Name])
			return
		}
		say("%s ended (%s); starting it again", service.Name, ending(status, err))
		time.Sleep(restartPause)
	}
}

func ending(status syscall.WaitStatus, err error) string {
	switch {
	case err != nil:
		return err.Error()
	case status.Signaled():
		return fmt.Sprintf("signal %v", status.Signal())
	}
	return fmt.Sprintf("exit code %d", status.ExitStatus())
}

func (s *supervisor) awaitReady(service Service) {
	command := append([]string{}, service.Ready...)
	if path, err := exec.LookPath(command[0]); err == nil {
		command[0] = path
	}
	probe := service
	probe.Log, probe.Listeners = os.DevNull, nil
	for {
		if status, err := s.execute(probe, command); err == nil && status.ExitStatus() == 0 {
			close(s.done[service.Name])
			return
		}
		time.Sleep(readyPause)
	}
}
