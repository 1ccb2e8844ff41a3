import { envoyMetrics } from '../gateway';
import { istioMetrics, ofAnyCaller, ofAnyCallersRequests, ofCalled, ofEveryAttempt } from '../mesh';
import type { SignalModel } from '../model';
import { increase, sumBy } from '../promql';
import { certificatesPanel, istiodPanels } from './mesh-panels';
import { linesPanel as panel, type PanelQuery, type Row } from './panels';
import { medianAndP99, rate } from './queries';

const hour = 3600;

/** What the mesh says itself: calls as their caller and as their target count them, certificates, and istiod where the stack runs it. */
export function meshRow(model: SignalModel): Row {
  const { mesh } = model;
  return {
    title: 'The mesh’s own view: Envoy and istiod',
    panels: [
      panel(
        'Calls to mesh-target, by their callers',
        'Attempts answered per second, by class; repeated ones included, which no probe shows.',
        'cps',
        [
          {
            expr: sumBy(['job', 'response_code_class'], ofEveryAttempt(rate, 'response_code_class!=""')),
            legend: '{{job}} {{response_code_class}}',
          },
        ],
      ),
      panel(
        'Calls to mesh-target, by itself',
        'Requests that its proxies took and answered, per second; fewer than the callers’ are lost between.',
        'cps',
        [{ expr: sumBy(['pod'], rate(ofCalled(envoyMetrics.durationCount))), legend: '{{pod}}' }],
      ),
      panel(
        'Latency, measured by the proxies of mesh-target',
        'From Envoy’s own classic histogram: compare its course with the probes’ latency, not its value.',
        'ms',
        medianAndP99(ofCalled(envoyMetrics.durationBucket)),
      ),
      panel(
        'Connections to mesh-target made and failed, per hour',
        'Each that is made takes a handshake of mutual TLS. A pool that is well makes few.',
        'short',
        [
          inHour(ofAnyCaller(envoyMetrics.connectionsMade), 'made'),
          inHour(ofAnyCaller(envoyMetrics.connectionsFailed), 'failed'),
          inHour(ofAnyCaller(envoyMetrics.waitingOverflow), 'requests turned away'),
        ],
      ),
      certificatesPanel(
        model,
        'Life left of certificates, of the whole',
        'By pod. It is renewed at half; under a quarter somebody is told.',
      ),
      ...(mesh?.istioNamespace === undefined
        ? []
        : [
            panel(
              'Requests for mesh-target, by what Istio means',
              'Per second, as the proxies of its callers count them in Istio’s own words, by code and flags: UF no connection, UC cut, UH no healthy target, URX repeated in vain, - nothing. Each once, however often it was repeated.',
              'cps',
              [
                {
                  expr: sumBy(
                    ['job', 'response_code', 'response_flags'],
                    rate(ofAnyCallersRequests(istioMetrics.requests)),
                  ),
                  legend: '{{job}} {{response_code}} {{response_flags}}',
                },
              ],
            ),
          ]),
      ...(mesh?.istiodScraped ? istiodPanels() : []),
    ],
  };
}

function inHour(selector: string, legend: string): PanelQuery {
  return { expr: `sum(${increase(selector, hour)})`, legend };
}
