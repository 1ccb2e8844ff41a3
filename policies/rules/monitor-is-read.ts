import { at } from '../lib/data';
import type { KubernetesObject } from '../lib/objects';
import { stackRule } from '../lib/rule';
import { selects } from '../lib/selectors';
import type { Stack } from '../lib/stack';

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
  judgesChart: true,
  judgeStack: (stack) => {
    const servers = stack.of('Prometheus');
    if (servers.length === 0) return []; // somebody else's reads them
    const least = hidesServers(stack) ? 0 : 1;
    return stack
      .of(...Object.keys(selectors))
      .map((object) => ({ object, readers: servers.filter((server) => reads(server, object)) }))
      .filter(({ readers }) => readers.length < least || readers.length > 1)
      .map(({ object, readers }) => {
        const who = readers.length === 0 ? 'no Prometheus' : readers.map(({ name }) => name).join(' and ');
        return { object, problem: `${selectors[object.kind] ?? ''} of ${who} selects its labels` };
      });
  },
});

/** Whether a chart may make a Prometheus that nobody sees yet: a preview renders none while a value of it is open. */
function hidesServers(stack: Stack): boolean {
  return stack
    .of('Chart')
    .some(({ urn }) => !stack.objects.some((one) => one.urn.includes(`${typesOf(urn)}$`)));
}

/** The types of a URN, from the outermost to its own. */
function typesOf(urn: string): string {
  return urn.split('::')[2] ?? '';
}

function reads(server: KubernetesObject, object: KubernetesObject): boolean {
  return selects(at(server.value, 'spec', selectors[object.kind] ?? ''), object.labels);
}
