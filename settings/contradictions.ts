import { chaosContradictions } from './contradictions/chaos';
import { clusterContradictions } from './contradictions/cluster';
import type { Contradiction } from './contradictions/contradiction';
import { dashboardsContradictions } from './contradictions/dashboards';
import { eksContradictions } from './contradictions/eks';
import { gmpContradictions } from './contradictions/gmp';
import { gatewayContradictions } from './contradictions/gateway';
import { longTermContradictions } from './contradictions/long-term';
import { meshContradictions } from './contradictions/mesh';
import { monitoringContradictions } from './contradictions/monitoring';
import { monitoringKindContradictions } from './contradictions/monitoring-kind';
import { networkPolicyContradictions } from './contradictions/network-policies';
import { nodeProberContradictions } from './contradictions/node-prober';
import { pathContradictions } from './contradictions/paths';
import { podinfoContradictions } from './contradictions/podinfo';
import { targetContradictions } from './contradictions/targets';
import { overLimits } from './contradictions/resources';
import { runsPrometheus } from './monitoring-schema';

/** Every contradiction between fields that needs no arithmetic of the signals (that is `signals/feasibility`). */
export const contradictions: readonly Contradiction[] = [
  ...clusterContradictions,
  ...eksContradictions,
  ...pathContradictions,
  ...targetContradictions,
  ...gatewayContradictions,
  ...meshContradictions,
  overLimits('mesh', ({ mesh }) => mesh.resources),
  ...nodeProberContradictions,
  overLimits('nodeProber', ({ nodeProber }) => nodeProber.resources),
  ...podinfoContradictions,
  overLimits('podinfo', ({ podinfo }) => podinfo.resources),
  overLimits('echo', ({ echo }) => echo.resources),
  overLimits('injector', ({ injector }) => injector.resources),
  ...monitoringKindContradictions,
  ...gmpContradictions,
  ...monitoringContradictions,
  ...longTermContradictions,
  overLimits('monitoring', ({ monitoring }) =>
    runsPrometheus(monitoring) ? monitoring.resources : undefined,
  ),
  ...networkPolicyContradictions,
  ...dashboardsContradictions,
  ...chaosContradictions,
  overLimits('chaos', ({ chaos }) => chaos.resources),
];
