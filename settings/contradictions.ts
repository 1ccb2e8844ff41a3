import { chaosContradictions } from './contradictions/chaos';
import { clusterContradictions } from './contradictions/cluster';
import type { Contradiction } from './contradictions/contradiction';
import { gatewayContradictions } from './contradictions/gateway';
import { monitoringContradictions } from './contradictions/monitoring';
import { pathContradictions } from './contradictions/paths';
import { podinfoContradictions } from './contradictions/podinfo';
import { overLimits } from './contradictions/resources';

/** Every contradiction between fields that needs no arithmetic of the signals (that is `signals/feasibility`). */
export const contradictions: readonly Contradiction[] = [
  ...clusterContradictions,
  ...pathContradictions,
  ...gatewayContradictions,
  ...podinfoContradictions,
  overLimits('podinfo', ({ podinfo }) => podinfo.resources),
  overLimits('echo', ({ echo }) => echo.resources),
  overLimits('injector', ({ injector }) => injector.resources),
  ...monitoringContradictions,
  overLimits('monitoring', ({ monitoring }) => monitoring.resources),
  ...chaosContradictions,
  overLimits('chaos', ({ chaos }) => chaos.resources),
];
