import { ofWaypointRequests, ofZtunnel, ofZtunnelToTarget, ztunnelMetrics } from '../ambient';
import { istioMetrics } from '../mesh';
import type { SignalModel } from '../model';
import { increase, sumBy } from '../promql';
import { certificatesPanel, istiodPanels } from './mesh-panels';
import { linesPanel as panel, type Row } from './panels';
import { medianAndP99, rate } from './queries';

const hour = 3600;

/** What a mesh of mode ambient says itself: connections as ztunnel counts them, requests of the path with retries as its waypoint does. */
export function ambientRow(model: SignalModel): Row {
  const { mesh } = model;
  return {
    title: 'The mesh’s own view: ztunnel, waypoint and istiod',
    panels: [
      panel(
        'Requests for mesh-target at the waypoint',
        'Per second, by code and by what Istio means by it: UF no connection, UC cut, UH no healthy target, URX repeated in vain, - nothing. Each once, however often it was repeated; only mesh-retry comes by here.',
        'cps',
        [
          {
            expr: sumBy(['response_code', 'response_flags'], rate(ofWaypointRequests(istioMetrics.requests))),
            legend: '{{response_code}} {{response_flags}}',
          },
        ],
      ),
      panel(
        'Latency, measured by the waypoint',
        'From Istio’s own classic histogram: compare its course with the probes’ latency, not its value.',
        'ms',
        medianAndP99(ofWaypointRequests(istioMetrics.durationBucket)),
      ),
      panel(
        'Connections to mesh-target, per hour',
        'Opened ones of each caller as its node’s ztunnel counts them. A pool that is well opens few.',
        'short',
        [
          {
            expr: sumBy(['source_workload'], increase(ofZtunnelToTarget(ztunnelMetrics.opened), hour)),
            legend: '{{source_workload}}',
          },
        ],
      ),
      panel(
        'Connections of the mesh that failed, per hour',
        'By caller and by what ztunnel means by it: DENY by policy, CONNECT no connection.',
        'short',
        [
          {
            expr: sumBy(
              ['source_workload', 'response_flags'],
              increase(ofZtunnel(ztunnelMetrics.failed), hour),
            ),
            legend: '{{source_workload}} {{response_flags}}',
            mayBeEmpty: 'none failed',
          },
        ],
      ),
      certificatesPanel(
        model,
        'Life left of the waypoint’s certificates, of the whole',
        'By pod. Certificates of the other pods are ztunnel’s affair, which tells nobody.',
      ),
      ...(mesh?.istiodScraped ? istiodPanels() : []),
    ],
  };
}
