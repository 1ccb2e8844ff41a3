import { nodeProbesTotal, nodeRecorded } from '../../signals/node-metrics';
import { nodeWorkloads, pairsPerNode, seriesPerNode } from '../../signals/node-model';
import { expectToo, notified, onlyExpectedWasNotified } from './support/expected';
import { list } from './support/kubernetes';
import { daemonsRestarted, nodeFailures, udpDropped } from './support/node-pairs';
import { notifications } from './support/pager';
import { StackUnderTest } from './support/stack-under-test';
import { eventually, report, seconds, until } from './support/wait';

const stack = new StackUnderTest();
const prometheus = stack.prometheus();
const minutes = (count: number) => count * 60_000;
const prober = stack.model().nodeProber;
if (prober === undefined) throw new Error('the stack does not probe its nodes');

const nodeNames = async () => (await list(stack, 'nodes')).map(({ metadata }) => metadata.name).sort();
/** Every pair that there must be: a lab has no more nodes than a node has peers. */
const everyPair = async () => {
  const nodes = await nodeNames();
  return nodes.flatMap((source) =>
    nodes.flatMap((target) => prober.protocols.map((protocol) => `${source} → ${target} over ${protocol}`)),
  );
};
const pairOf = ({ metric }: { metric: Readonly<Record<string, string>> }) =>
  `${metric['source_node']} → ${metric['target_node']} over ${metric['protocol']}`;

describe('every node', () => {
  test(
    'is probed from itself and every other, over each protocol, with its zone',
    async () => {
      const wanted = (await everyPair()).sort();
      await eventually('the whole matrix is good', { withinMs: minutes(2) }, async () => {
        const matrix = await prometheus.vector(nodeRecorded.success);
        expect(matrix.map(pairOf).sort()).toEqual(wanted);
        expect(matrix.filter(({ value }) => value !== 1).map(pairOf)).toEqual([]);
      });
      const [node1] = await nodeNames();
      const relations = await prometheus.vector(
        `count by (relation) (${nodeRecorded.success}{source_node="${node1}"})`,
      );
      expect(relations.map(({ metric }) => metric['relation']).sort()).toEqual(['other-zone', 'same-node']);
    },
    minutes(6),
  );

  test('costs what is written down: pairs, series, memory and CPU', async () => {
    const bound = { pairs: pairsPerNode(prober), series: seriesPerNode(prober) };
    const pairs = await prometheus.vector(`count by (source_node) (${nodeRecorded.success})`);
    // what Prometheus adds to each scrape by itself is not counted: up and four more
    const series = await prometheus.vector('scrape_samples_scraped{job="node-prober"}');
    for (const { value } of pairs) expect(value).toBeLessThanOrEqual(bound.pairs);
    for (const { value } of series) expect(value).toBeLessThanOrEqual(bound.series);
    expect(series).toHaveLength((await nodeNames()).length);
    for (const workload of Object.values(nodeWorkloads)) {
      const of = `{namespace="continuous-load",pod=~"${workload}-.+",container!=""}`;
      const memory = await prometheus.vector(`max(container_memory_working_set_bytes${of})`);
      const cpu = await prometheus.vector(`max(rate(container_cpu_usage_seconds_total${of}[2m]))`);
      const mebibytes = (memory[0]?.value ?? Infinity) / 2 ** 20;
      report(
        workload,
        `${mebibytes.toFixed(1)} MiB, ${((cpu[0]?.value ?? Infinity) * 1000).toFixed(1)} thousandths of a CPU`,
      );
      expect(mebibytes).toBeLessThan(40);
    }
  }, 60_000);

  test.each([nodeWorkloads.echo, nodeWorkloads.prober])(
    'loses no probe while %s is restarted everywhere',
    async (workload) => {
      const fromMs = Date.now();
      await daemonsRestarted(stack, workload);
      await until(Date.now() + 15_000);
      expect(await nodeFailures(prometheus, fromMs)).toEqual([]);
      const wanted = (await everyPair()).length;
      const asked = (wanted * prober.ratePerSecond * (Date.now() - fromMs)) / 1000;
      const sent = await prometheus.vector(
        `sum(increase(${nodeProbesTotal}[${Math.round((Date.now() - fromMs) / 1000)}s]))`,
      );
      report('probes sent, of those asked', `${(sent[0]?.value ?? 0).toFixed(0)} of ${asked.toFixed(0)}`);
      onlyExpectedWasNotified(stack.lab);
    },
    minutes(10),
  );
});

describe('UDP from node1 to node2 dropped', () => {
  test(
    'names that pair and that protocol within 60 s, nothing else, and ends with the fault',
    async () => {
      const pair = 'node1 → node2';
      const fault = udpDropped(stack, 'node1', 'node2');
      const fromMs = Date.now();
      try {
        await fault.make();
        const madeMs = Date.now();
        const told = await eventually('the ticket', { withinMs: 60_000 }, () =>
          notified(stack.lab, fromMs, 'NodePairDown - ticket firing'),
        );
        report('UDP dropped → ticket', seconds(told.timeMs - madeMs));
        expect(told.alerts).toHaveLength(1);
        expect(told.alerts[0]?.labels).toMatchObject({
          source_node: 'node1',
          target_node: 'node2',
          protocol: 'udp',
          relation: 'other-zone',
        });
        expect(told.alerts[0]?.annotations['summary']).toContain('node1 → node2 over udp is down');
        expect(told.alerts[0]?.annotations['description']).toMatch(/\d+ × loss/);
        // a minute more, so that the matrix knows it and everything else had time to be told too
        await until(madeMs + 90_000);
        const bad = await prometheus.vector(`${nodeRecorded.success} < 1`);
        expect(bad.map((one) => `${pairOf(one)}: ${one.value}`)).toEqual([`${pair} over udp: 0`]);
      } finally {
        await fault.heal();
      }
      const healedMs = Date.now();
      const ended = await eventually('its end', { withinMs: minutes(4) }, () =>
        notified(stack.lab, healedMs, 'NodePairDown - ticket resolved'),
      );
      report('healed → resolved', seconds(ended.timeMs - healedMs));
      expect(await nodeFailures(prometheus, fromMs)).toEqual([
        expect.stringMatching(/^node1 → node2 over udp: \d+ loss$/),
      ]);
      const others = notifications(stack.lab, fromMs).flatMap(({ alerts }) =>
        alerts.filter(({ labels }) => labels['alertname'] !== 'NodePairDown'),
      );
      expect(others.filter(({ labels }) => labels['severity'] === 'page')).toEqual([]);
      expectToo('NodePairDown - ticket firing', 'NodePairDown - ticket resolved');
      onlyExpectedWasNotified(stack.lab);
    },
    minutes(16),
  );
});
