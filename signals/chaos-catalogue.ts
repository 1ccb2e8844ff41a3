import type { AlertEntry } from './alert-catalogue';

const reaper = 'kubectl -n continuous-load logs deploy/chaos-reaper';

/** Alerts on chaos; a stack without it has neither. */
export const chaosCatalogue = [
  {
    name: 'ChaosHalted',
    kind: 'ticket',
    meaning: 'Chaos is on and was held back all the time: nobody knows any more what a lost pod costs.',
    condition:
      'No look at the guards in the last 6 h (`chaos.alertAfter`) found the reaper free, at its cap or in quiet hours, for 10 min (or that time, if it is shorter).',
    causes: [
      'somebody stopped it by its switch and forgot it (guard `switch`)',
      'little error budget is left (guard `budget`), or probes are lost again and again (`losing`)',
      'a workload that does not recover from a kill (`unrecovered`)',
      'the reaper fails by itself or does not run (`fault`, `lease`, or no look at all)',
    ],
    steps: [
      'Which guard: `sum by (guard) (increase(k6_chaos_checks_total[1h]))`; each change of it is a line of its log, `' +
        reaper +
        '`.',
      'The switch: `kubectl -n continuous-load get cm chaos-switch -o yaml`; free it with `kubectl -n continuous-load patch cm chaos-switch --type merge -p \'{"data":{"halted":"false"}}\'`.',
      '`budget`: `slo:period_error_budget_remaining:ratio`; chaos goes on when it is over `chaos.leastBudget` again.',
      'If there is to be none for a while: `chaos.enabled: false`.',
    ],
  },
  {
    name: 'ChaosLostProbes',
    kind: 'ticket',
    meaning: 'Probes were lost right after a kill: taking one pod is not free on this path.',
    condition:
      'Failed probes of a path within 90 s of an eviction or 5 min of a churn or of the drain of a node; after deletions more than 5 for each (`chaos.lostPerKill`).',
    causes: [
      'a pod ends before every kube-proxy has forgotten it: preStop sleep and grace of that workload',
      'too few pods are left for the load',
      'something else that failed at the same time',
    ],
    steps: [
      'Which kill: `kubectl -n continuous-load get events --field-selector source=chaos-reaper`, or `sum by (workload, mode) (increase(k6_chaos_kills_total[5m]))`.',
      'Why they failed: `sum by (path, reason, hop, conn) (increase(k6_probes_total{outcome="failed"}[5m]))`; `connect` and `reset` on `fresh` point at endpoints that were removed too late.',
      'Do it by hand and look: `kubectl -n continuous-load rollout restart deploy/NAME` must lose none either.',
    ],
  },
] as const satisfies readonly AlertEntry[];
