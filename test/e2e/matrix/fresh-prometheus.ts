import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { monitoringName, namespaceNames } from '../../../components/names';
import { volumesNode } from '../../../lab/cluster/node-config';
import { probesTotal } from '../../../signals/metrics';
import { samples } from '../support/counts';
import { onlyProcess } from '../support/lab-processes';
import type { StackUnderTest } from '../support/stack-under-test';
import { eventually, report, seconds } from '../support/wait';

/** Where the operator mounts Prometheus' volume. */
const dataDirectory = '/prometheus';

/** The long-term store is one too, and is sent to in another way. */
export const receivesPushes = '--web.enable-otlp-receiver';

/**
 * Takes Prometheus' data away and lets it begin anew. Failures of one fault stay in the hour and the days of the burn alerts, and what
 * was down stays so for minutes: the next fault would be told too early, or too late. Waits until every path has a past of half a
 * minute again, as alerts and exact counts need one.
 */
export async function freshPrometheus(stack: StackUnderTest): Promise<void> {
  const startedMs = Date.now();
  const { pid } = onlyProcess(stack.lab, volumesNode, 'prometheus', receivesPushes);
  // standing still it cannot write what is being removed
  process.kill(pid, 'SIGSTOP');
  const data = join(`/proc/${pid}/root`, dataDirectory);
  for (const entry of readdirSync(data)) rmSync(join(data, entry), { recursive: true });
  const pod = `prometheus-${monitoringName}-0`;
  const words = ['delete', 'pod', pod, '--grace-period=1', '--wait=false'];
  await stack.kubectl('-n', namespaceNames.monitoring, ...words);
  const prometheus = stack.prometheus();
  await eventually('a Prometheus with a past', { withinMs: 240_000, everyMs: 2_000 }, async () => {
    const nowMs = Date.now();
    const old = await samples(prometheus, nowMs - 45_000, nowMs - 30_000, probesTotal);
    const paths = new Set(old.map(({ metric }) => metric['path']));
    if (nowMs - startedMs < 45_000 || paths.size < stack.model().paths.length)
      throw new Error(`${paths.size} paths have one`);
  });
  report('a fresh Prometheus after', seconds(Date.now() - startedMs));
}
