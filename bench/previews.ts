import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BlankPulumi, makeBlankPulumi, previewBlank } from '../commands/review/blank';
import { policyFlags } from '../commands/engine/policies';
import { findStack, checkout } from '../commands/stack/stack';
import { setInConfig } from '../commands/stack/stack-config';
import { stackModel } from '../commands/stack/stack-model';
import { createProgress } from '../lab/progress';
import { ensurePrograms } from '../lab/toolchain/toolchain';
import { type Bench, type Figure, median, repeatsOr, slope } from './bench';

/** One config whose preview is measured. */
export interface Case {
  /** What it is called in the table. */
  readonly what: string;
  readonly stack: 'dev' | 'prod';
  readonly set: readonly string[];
  /** A point of the growth that it belongs to: with so many paths or targets. */
  readonly point?: readonly ['path' | 'target', number];
}

/** What Pulumi.prod.yaml leaves to its owner. */
const owners = [
  'cluster.account=123456789012',
  'cluster.publicCidrs=["198.51.100.7/32"]',
  'monitoring.receivers=[{"name":"on-call","url":"https://pager.example.org/"}]',
];

/** Paths of dev beside `service`, that can be left out one by one. */
const others = ['grpc', 'grpc-stream', 'websocket', 'dns', 'tcp', 'udp', 'api-server'];

/** The config with so many paths: the last ones off. */
function withPaths(count: number): string[] {
  return others.slice(count - 1).map((path) => `paths.${path}.enabled=false`);
}

/** The config with so many targets of one's own, a third of each kind. */
function withTargets(count: number): string[] {
  const probes = [
    { http: { url: 'https://shop.example.org/healthz' } },
    { dns: { name: 'shop.example.org' } },
    { tcp: { address: 'db.example.org:5432' } },
  ];
  const targets = Array.from({ length: count }, (_, index) => ({
    name: `target-${index}`,
    ...probes[index % probes.length],
  }));
  return [
    `targets=${JSON.stringify(targets)}`,
    'load.maxTargetRate=100',
    'load.maxRate=200',
    'injector.resources.limits.memory=1GB',
  ];
}

/** What is previewed, dev as it is first. */
export const cases: readonly Case[] = [
  { what: 'preview of dev', stack: 'dev', set: [], point: ['path', 1 + others.length] },
  { what: 'preview of prod', stack: 'prod', set: owners },
  ...[1, 4].map((count): Case => ({
    what: `preview of dev with ${count} of ${1 + others.length} paths`,
    stack: 'dev',
    set: withPaths(count),
    point: ['path', count],
  })),
  ...[10, 25, 50].map((count): Case => ({
    what: `preview of dev with ${count} targets`,
    stack: 'dev',
    set: withTargets(count),
    point: ['target', count],
  })),
];

/** A real engine with stand-in providers and the policies, as `npm run review` has it, so that neither a cluster nor an account is in the time. */
export const previews: Bench = {
  name: 'previews',
  shows: 'preview of dev and prod with the policies, and its growth with paths and targets',
  needsStack: false,
  look: 'the whole time of pulumi preview; the growth is the slope over 1, 4, 8 paths and 0, 10, 25, 50 targets.',
  async run(say) {
    const repeats = repeatsOr(3);
    await ensurePrograms(['pulumi', 'crds'], createProgress());
    const directory = mkdtempSync(join(tmpdir(), 'continuous-load-bench-'));
    try {
      const pulumi = await makeBlankPulumi(directory, new AbortController().signal);
      // The first one compiles what Node keeps.
      await measure(pulumi, cases[0] as Case, 'warm-up');
      const times = new Map<Case, number[]>(cases.map((one) => [one, []]));
      for (let round = 1; round <= repeats; round++)
        for (const [one, found] of times) {
          const ms = await measure(pulumi, one, `${round}-${found.length}-${one.what.replace(/\W+/g, '-')}`);
          found.push(ms);
          say(`  ${one.what}: ${(ms / 1000).toFixed(1)} s`);
        }
      const medians = new Map([...times].map(([one, found]) => [one, median(found)]));
      return [
        ...[...medians].map(([{ what }, ms]): Figure => ({
          what: `${what}, p50`,
          value: ms / 1000,
          unit: 's',
        })),
        growth('path', medians),
        growth('target', medians),
      ];
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

/** What one path or target more adds, from the slope over all points; dev as it is is the one without targets. */
function growth(of: 'path' | 'target', medians: ReadonlyMap<Case, number>): Figure {
  const points = [...medians].flatMap(([one, ms]): [number, number][] => {
    if (one.point?.[0] === of) return [[one.point[1], ms]];
    return of === 'target' && one === cases[0] ? [[0, ms]] : [];
  });
  return { what: `growth for each ${of}`, value: slope(points), unit: 'ms' };
}

/** Previews once; milliseconds. Throws when the preview is not what it should be: a refusal is fast. */
async function measure(
  pulumi: BlankPulumi,
  { stack: name, set, what }: Case,
  label: string,
): Promise<number> {
  const stack = findStack(name, {});
  const file = join(checkout, `Pulumi.${name}.yaml`);
  const config = set.reduce((text, one) => setInConfig(text, one, file), readFileSync(file, 'utf8'));
  const flags = policyFlags(stack, stackModel(stack, config), []);
  const began = process.hrtime.bigint();
  const { preview, exitCode } = await previewBlank(pulumi, checkout, { stack: name, label, config }, flags);
  const tookMs = Number(process.hrtime.bigint() - began) / 1e6;
  const broken = preview.findings.filter(({ level }) => level === 'mandatory').map(({ message }) => message);
  if (exitCode !== 0 || preview.errors.length > 0)
    throw new Error(
      `${what} ended with ${exitCode}: ${[...preview.errors, ...broken].slice(0, 3).join('; ')}`,
    );
  return tookMs;
}
