import { namespaceNames } from '../../components/names';
import { countSeries, failures, sum } from './support/counts';
import { lostBeside, type Shutdown } from './support/lost-probes';
import { busyMachine } from './support/slow-machine';
import { list } from './support/kubernetes';
import { news } from './support/pager';
import { environment, StackUnderTest } from './support/stack-under-test';
import { report, until } from './support/wait';

const stack = new StackUnderTest();
const prometheus = stack.prometheus();
const quietMinutes = Number(process.env[environment.quietMinutes] ?? 20);
const namespaces = [namespaceNames.load, namespaceNames.monitoring, 'kube-system'];

/** Every Deployment and StatefulSet of the stack and of what it needs, as `namespace kind/name`. */
async function workloads(): Promise<{ namespace: string; workload: string }[]> {
  const found = await Promise.all(
    namespaces.map(async (namespace) =>
      (await list(stack, '-n', namespace, 'deployments,statefulsets')).map(({ kind, metadata }) => ({
        namespace,
        workload: `${kind.toLowerCase()}/${metadata.name}`,
      })),
    ),
  );
  return found.flat();
}

test(
  `${quietMinutes} minutes with every workload restarted: no page, no ticket, no failed probe`,
  async () => {
    const fromMs = Date.now();
    const endMs = fromMs + quietMinutes * 60_000;
    const restarted = await workloads();
    const shutdowns: Shutdown[] = [];
    for (const [i, { namespace, workload }] of restarted.entries()) {
      const beganMs = Date.now();
      await stack.kubectl('-n', namespace, 'rollout', 'restart', workload);
      await stack.kubectl('-n', namespace, 'rollout', 'status', workload, '--timeout=240s');
      // preStop, podinfo's own wait, an export
      await until(Date.now() + 15_000);
      shutdowns.push({ workload: workload.replace(/^.*\//, ''), fromMs: beganMs, toMs: Date.now() });
      const lost = await failures(prometheus, beganMs);
      report(`${namespace} ${workload}`, lost.join(', ') || 'nothing failed');
      await until(fromMs + ((endMs - fromMs) * (i + 1)) / restarted.length);
    }
    await until(endMs);
    const toMs = Date.now();
    const counted = await countSeries(prometheus, fromMs, toMs, '{path!=""}');
    const of = (outcome: string, reason = '') =>
      sum(
        counted.filter(({ metric }) => metric['outcome'] === outcome && (metric['reason'] ?? '') === reason),
      );
    const [ok, slow, lag, script] = [of('ok'), of('slow'), of('error', 'lag'), of('error', 'script')];
    report(
      'quiet',
      `${restarted.length} workloads restarted; all paths: ${ok} ok, ${slow} slow, ${lag} late by the injector itself`,
    );
    const words = news(stack.lab)
      .filter(({ timeMs }) => timeMs >= fromMs)
      .flatMap((one) => one.words);
    const busy = words.filter((word) => busyMachine.test(word));
    if (busy.length > 0) report('came too, and may', busy.join(', '));
    const told = words.filter((word) => !busyMachine.test(word));
    expect({ told, script, failed: await lostBeside(prometheus, shutdowns, fromMs) }).toEqual({
      told: [],
      script: 0,
      failed: 'none',
    });
    expect(ok).toBeGreaterThan(0);
  },
  quietMinutes * 60_000 + 3_600_000,
);
