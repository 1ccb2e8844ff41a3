import { loadavg } from 'node:os';
import { probeDuration } from '../signals/metrics';
import { pathRow, wholeWayShare } from '../signals/paths';
import { meshNamespace, meshWorkloads } from '../signals/targets';
import { watchedNamespaces } from '../signals/scraped';
import { countSeries, sum } from '../test/e2e/support/counts';
import { StackUnderTest } from '../test/e2e/support/stack-under-test';
import { until } from '../test/e2e/support/wait';
import { type Bench, type Figure, minutesOr } from './bench';

const minutes = minutesOr(10);
/** Until the kubelets have counted, and Prometheus has scraped, what was used until the end. */
const scrapedMs = 30_000;
const on = ['--set', 'mesh.enabled=true'];
const cpuSeconds = 'container_cpu_usage_seconds_total';

/** What was measured of both paths over the same time: counts of probes, CPU in seconds, latency in ms. */
export interface MeshCost {
  readonly probes: { readonly mesh: number; readonly service: number };
  /** Requests that came to mesh-target: of every path through the mesh, refused ones included. */
  readonly called: number;
  readonly latency: Readonly<Record<'mesh' | 'service' | 'serviceKept', { p50: number; p99: number }>>;
  /** Of podinfo, and of the proxies beside it. */
  readonly cpu: {
    readonly source: number;
    readonly meshSource: number;
    readonly sourceProxy: number;
    readonly target: number;
    readonly targetProxy: number;
  };
}

/** The figures of one run; `overSource` is the share of the probes of `service` that go over source. */
export function meshFigures({ probes, called, latency, cpu }: MeshCost, overSource: number): Figure[] {
  const per1000 = (seconds: number, count: number) => (seconds * 1e6) / count;
  const source = per1000(cpu.source, probes.service * overSource);
  const meshSource = per1000(cpu.meshSource, probes.mesh);
  const sourceProxy = per1000(cpu.sourceProxy, probes.mesh);
  const targetProxy = per1000(cpu.targetProxy, called);
  const ms = (what: string, value: number): Figure => ({ what, value, unit: 'ms' });
  const ratio = (what: string, value: number): Figure => ({ what, value, unit: '' });
  const { mesh, service, serviceKept } = latency;
  return [
    ratio('probes of mesh', probes.mesh),
    ratio('probes of service', probes.service),
    ms('mesh, p50', mesh.p50),
    ms('mesh, p99', mesh.p99),
    ms('service, fresh connections, p50', service.p50),
    ms('service, fresh connections, p99', service.p99),
    ms('service, kept connections, p50', serviceKept.p50),
    ratio('mesh ÷ service fresh, p50', mesh.p50 / service.p50),
    ratio('mesh ÷ service fresh, p99', mesh.p99 / service.p99),
    ms('CPU per 1 000 probes: source', source),
    ms('CPU per 1 000 probes: mesh-source', meshSource),
    ms('CPU per 1 000 probes: the proxy beside it', sourceProxy),
    ms('CPU per 1 000 requests: podinfo of mesh-target', per1000(cpu.target, called)),
    ms('CPU per 1 000 requests: the proxy beside mesh-target', targetProxy),
    ratio('mesh-source and its proxy ÷ source', (meshSource + sourceProxy) / source),
    ratio('both proxies ÷ source', (sourceProxy + targetProxy) / source),
  ];
}

/** What the way through the mesh costs beside the same two hops without one. */
export const meshCost: Bench = {
  name: 'mesh',
  shows: `latency and CPU of mesh beside service in the same ${minutes} min (BENCH_MINUTES)`,
  needsStack: true,
  look: `What to look at:
  - the ratios: both paths are probed at the same time on the same machine, so that what else it does falls on both.
  - latency: a probe of mesh makes a fresh connection to its source, over which both calls go on by connections that proxies keep. Of
    service's fresh ones half go to target alone and are shorter; its kept ones open nothing. The mesh lies between the two.
  - CPU is what containers took in all, idle time included: a proxy works at few requests a second too (configuration, statistics,
    health), so at these rates the price of a request looks higher than it is under load.`,
  async run(say) {
    const stack = new StackUnderTest();
    const wasOn = stack.model().mesh !== undefined;
    if (!wasOn) await stack.up(...on);
    try {
      return await measured(stack, say);
    } finally {
      if (!wasOn) await stack.up();
    }
  },
};

async function measured(stack: StackUnderTest, say: (text: string) => void): Promise<Figure[]> {
  const prometheus = stack.prometheus();
  const startMs = Date.now();
  const endMs = startMs + minutes * 60_000;
  for (let minute = 1; minute <= minutes; minute++) {
    await until(startMs + minute * 60_000);
    say(`  ${minute} of ${minutes} min, load average ${loadavg()[0]?.toFixed(1) ?? '?'}`);
  }
  await until(endMs + scrapedMs);
  const probes = async (path: string) =>
    sum(await countSeries(prometheus, startMs, endMs, `{path="${path}"}`));
  const cpu = async (namespace: string, workload: string, container: string) => {
    const pods = `pod=~"${workload}-[0-9a-f]+-[0-9a-z]+"`;
    const selector = `{namespace="${namespace}",${pods},container="${container}"}`;
    const seconds = sum(await countSeries(prometheus, startMs, endMs, selector, cpuSeconds));
    if (!(seconds > 0)) throw new Error(`no CPU of ${container} of ${workload} was counted`);
    return seconds;
  };
  const quantile = async (matchers: string, share: number) => {
    const grown = `sum(increase(${probeDuration}{${matchers}}[${minutes * 60}s] @ ${endMs / 1000}))`;
    return (await prometheus.vector(`histogram_quantile(${share}, ${grown})`))[0]?.value ?? Number.NaN;
  };
  const latency = async (matchers: string) => ({
    p50: await quantile(matchers, 0.5),
    p99: await quantile(matchers, 0.99),
  });
  const { source, target } = meshWorkloads;
  const counts = { mesh: await probes('mesh'), service: await probes('service') };
  const others = (await probes('mesh-retry')) + (await probes('mesh-authz'));
  const row = stack.model().paths.find(({ name }) => name === 'service');
  if (!row) throw new Error('the stack does not probe the path service, to which the mesh is compared');
  return meshFigures(
    {
      probes: counts,
      called: counts.mesh + others,
      latency: {
        mesh: await latency('path="mesh"'),
        service: await latency('path="service",conn="fresh"'),
        serviceKept: await latency('path="service",conn="kept"'),
      },
      cpu: {
        source: await cpu(watchedNamespaces.load, 'source', 'podinfo'),
        meshSource: await cpu(meshNamespace, source, 'podinfo'),
        sourceProxy: await cpu(meshNamespace, source, 'istio-proxy'),
        target: await cpu(meshNamespace, target, 'podinfo'),
        targetProxy: await cpu(meshNamespace, target, 'istio-proxy'),
      },
    },
    wholeWayShare(pathRow('service')),
  );
}
