import { at } from '../lib/data';
import type { KubernetesObject } from '../lib/objects';
import { stackRule } from '../lib/rule';
import { selects } from '../lib/selectors';

/** Kind → field of Prometheus that selects it. */
const selectors: Readonly<Record<string, string>> = {
  PodMonitor: 'podMonitorSelector',
  ServiceMonitor: 'serviceMonitorSelector',
  PrometheusRule: 'ruleSelector',
};

/** Monitors and rules that some Prometheus of the stack reads: the operator says nothing about those that none does. */
export const monitorIsRead = stackRule({
  name: 'monitor-is-read',
  description: 'Each monitor and each PrometheusRule is selected by one Prometheus of the stack.',
  mend: 'Give it the labels that the Prometheus selects by, or widen the selector of the Prometheus.',
  level: 'mandatory',
  judgeStack: (stack) => {
    const servers = stack.of('Prometheus');
    if (servers.length === 0) return []; // somebody else's reads them
    return stack
      .of(...Object.keys(selectors))
      .map((object) => ({ object, readers: servers.filter((server) => reads(server, object)) }))
      .filter(({ readers }) => readers.length !== 1)
      .map(({ object, readers }) => {
        const who = readers.length === 0 ? 'no Prometheus' : readers.map(({ name }) => name).join(' and ');
        return { object, problem: `${selectors[object.kind] ?? ''} of ${who} selects its labels` };
      });
  },
});

function reads(server: KubernetesObject, object: KubernetesObject): boolean {
  return selects(at(server.value, 'spec', selectors[object.kind] ?? ''), object.labels);
}
