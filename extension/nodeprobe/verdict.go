package nodeprobe

import (
	"time"

	"continuous-load/extension/wire"
)

// Outcomes of a probe, in the words of scenarios/verdict.ts.
const (
	outcomeOK     = "ok"
	outcomeSlow   = "slow"
	outcomeFailed = "failed"
	outcomeError  = "error"
)

// Reasons of outcome error.
const (
	reasonLag   = "lag"
	reasonProbe = "prober"
)

// judge is scenarios/verdict.ts for nodes: only what waits can be the prober's own fault.
func (c Config) judge(reason string, own error, took, late time.Duration) (outcome, why string) {
	waited := reason == wire.ReasonTimeout || reason == wire.ReasonSilence || reason == wire.ReasonLoss
	switch {
	case own != nil:
		return outcomeError, reasonProbe
	case waited && late >= c.lagBound():
		return outcomeError, reasonLag
	case reason != "":
		return outcomeFailed, reason
	case took <= c.LatencyBound:
		return outcomeOK, ""
	case took-late <= c.LatencyBound:
		return outcomeError, reasonLag
	default:
		return outcomeSlow, ""
	}
}
