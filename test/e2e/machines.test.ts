import { readLab } from '../../lab/cluster/lab';
import { countOutcomes, failures, longestGap, probesToRemember } from './support/counts';
import { onlyExpectedWasNotified } from './support/expected';
import { isReady, list } from './support/kubernetes';
import { labProcesses, onlyProcess } from './support/lab-processes';
import { expectTrueOutages } from './support/outages';
import { StackUnderTest } from './support/stack-under-test';
import { startVerb, verb } from './support/verbs';
import { eventually, report, seconds, until } from './support/wait';

const stack = new StackUnderTest();
const prometheus = stack.prometheus();
const minutes = (count: number) => count * 60_000;
const readiness = async () =>
  Object.fromEntries((await list(stack, 'nodes')).map((node) => [node.metadata.name, isReady(node)]));

describe('the stack’s own lab', () => {
  test.each([
    ['cp', 'etcd'],
    ['cp', 'kube-apiserver'],
    ['node2', 'kubelet'],
  ])(
    '%s: kill -9 of %s costs no probe of a path that does not end there',
    async (machine, program) => {
      const fromMs = Date.now();
      process.kill(onlyProcess(stack.lab, machine, program).pid, 'SIGKILL');
      await until(fromMs + 8_000);
      await eventually('the nodes are ready', { withinMs: minutes(1) }, async () =>
        expect(await readiness()).toEqual({ node1: true, node2: true }),
      );
      await until(Date.now() + 5_000);
      const { ok, slow, failed } = await countOutcomes(prometheus, fromMs, Date.now());
      report(program, `${ok + slow} good, ${failed} failed`);
      const others = '{path!="api-server",outcome="failed"}';
      expect(await failures(prometheus, fromMs, Date.now(), others)).toEqual([]);
      // the one path that ends at the control plane sees what happens to it, for the seconds that it takes
      const ofApi = await failures(prometheus, fromMs, Date.now(), '{path="api-server",outcome="failed"}');
      report('api-server', ofApi.join(', ') || 'nothing failed');
      if (program === 'kube-apiserver') expect(ofApi).not.toEqual([]);
      if (program === 'kubelet') expect(ofApi).toEqual([]);
      expect(ok + slow).toBeGreaterThan(25);
      onlyExpectedWasNotified(stack.lab);
    },
    minutes(2),
  );

  test(
    'gets a third node and loses it again, by config',
    async () => {
      const fromMs = Date.now();
      await stack.up('--set', 'cluster.nodes=3');
      expect(await readiness()).toEqual({ node1: true, node2: true, node3: true });
      await stack.up();
      expect(await readiness()).toEqual({ node1: true, node2: true });
      await until(Date.now() + 5_000);
      expect(await failures(prometheus, fromMs)).toEqual([]);
      onlyExpectedWasNotified(stack.lab);
    },
    minutes(12),
  );

  test(
    'killed as a whole shows as drift, and up brings it back with its data',
    async () => {
      if ((await readLab(stack.lab))?.alive === false) await stack.up();
      const { beforeMs, before, again } = await probesToRemember(prometheus, 10_000);
      for (const { pid } of labProcesses(stack.lab)) kill(pid);
      await eventually('the lab says so', { withinMs: 10_000, everyMs: 100 }, async () =>
        expect((await readLab(stack.lab))?.dead).toEqual(['cp', 'node1', 'node2']),
      );

      const { code, output } = await startVerb('refresh', [
        stack.name,
        '--preview-only',
        '--expect-no-changes',
      ]).done;
      expect({ code, drift: /power/.test(output) }).toEqual({ code: 7, drift: true });
      const status = await startVerb('status', [stack.name]).done;
      expect(status.code).not.toBe(0);
      expect(status.stderr).toMatch(/is off .* starts it again/);

      const { tookMs, stdout } = await stack.up();
      report('up of the killed lab', seconds(tookMs));
      expect(stdout).toMatch(/Every path is good/);
      expect((await readLab(stack.lab))?.alive).toBe(true);
      expect(await again()).toEqual(before);
      const backMs = Date.now();
      await until(backMs + 25_000);
      expect((await longestGap(prometheus, backMs, Date.now() - 5_000)).gapMs).toBeLessThan(10_000);
      expect((await verb('lab', ['list'])).stdout).toMatch(
        new RegExp(`^${stack.lab}: 2 nodes, .*, on$`, 'm'),
      );
      await expectTrueOutages(stack, beforeMs);
      onlyExpectedWasNotified(stack.lab);
    },
    minutes(16),
  );
});

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it died with its parent
  }
}
