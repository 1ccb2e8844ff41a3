package main

import (
	"io"
	"os"
	"time"
)

const (
	// largestLog is the size in bytes at which a log becomes NAME.log.1, in place of the one before: two are kept, so twice this is the bound.
	largestLog = 10 << 20
	// logPause is the time between two looks; what is written in it may go over the bound.
	logPause = 10 * time.Second
)

// boundLogs keeps every log of the machine under its bound, for ever.
func boundLogs(plan *Plan) {
	for {
		time.Sleep(logPause)
		for _, path := range logsOf(plan) {
			if err := rotate(path, largestLog); err != nil {
				say("the log %s is not bounded: %v", path, err)
			}
		}
	}
}

func logsOf(plan *Plan) []string {
	logs := []string{plan.Log}
	for _, service := range plan.Services {
		logs = append(logs, service.Log)
	}
	return logs
}

// rotate copies a log that has reached its bound to PATH.1 and empties it. It is not renamed, since programs hold it open for as long as
// they run; all write at its end (O_APPEND), and so go on at the beginning. A line written between the copy and the cut is lost.
func rotate(path string, limit int64) error {
	info, err := os.Stat(path)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil || info.Size() < limit || !info.Mode().IsRegular() {
		return err
	}
	log, err := os.Open(path)
	if err != nil {
		return err
	}
	defer log.Close()
	// The end is what tells why: of a log that grew far over its bound only the last part is kept.
	if start := info.Size() - limit; start > 0 {
		if _, err := log.Seek(start, io.SeekStart); err != nil {
			return err
		}
	}
	copied, err := os.OpenFile(path+".1", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(copied, log)
	if closed := copied.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Truncate(path, 0)
}
