/**
 * The bench `cloudprober` inside namespaces of its own, where it is process 1 and alone on a loopback: it starts the servers and the
 * probers, samples, and prints its figures as JSON. All that it writes lies in a tmpfs of the same namespace. It reads a
 * {@link Plan} as JSON from its standard input.
 */
import { existsSync, mkdirSync, readFileSync, copyFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PrometheusApi } from '../../commands/signal/prometheus-api';
import { command } from '../../lab/command';
import type { InjectorConfig } from '../../scenarios/config';
import { k6Names, probesTotal, storedName } from '../../signals/metrics';
import { injectorCommand, injectorEnvironment, scenarioFiles } from '../../signals/injector';
import { defaultModel } from '../../signals/model';
import type { Figure } from '../bench';
import { cpuMs, residentMiB } from '../process-cost';
import { memoryFigures, cpuPer1000, probesPerSecond, ratioFigures, type Sample } from './account';
import { allPaths, cloudproberConfig, ports, sharedPaths, sharedProbes } from './probers';
import {
  corefile,
  prometheusConfig,
  prometheusPort,
  type Programs,
  resolvConf,
  Running,
  startServers,
} from './servers';

/** What the bench is asked for. */
export interface Plan {
  readonly programs: Programs;
  /** How long it measures, in minutes, warming up left out. */
  readonly minutes: number;
  /** Slices over which the comparison is spread. */
  readonly slices: number;
  /** Probes per second of the injector with all paths. */
  readonly allRate: number;
  /** Probes per second of each of the probes that cloudprober has too. */
  readonly sharedRate: number;
}

/** The tmpfs of this namespace; nothing here needs what a machine keeps there. */
const directory = '/run';
const checkout = join(__dirname, '..', '..');
const model = defaultModel();
const everyMs = 5_000;
/** k6 zeroes its counters first, makes its VUs and takes what memory it needs. */
const warmUpMs = 45_000;
/** Both send the same for a quarter of the time, and no longer than this. */
const mostSharedMs = 240_000;

async function main({ programs, minutes, slices, allRate, sharedRate }: Plan): Promise<Figure[]> {
  await command('ip', ['link', 'set', 'lo', 'up']);
  await furnish(sharedRate);
  const certificate = join(directory, 'api.crt');
  await startServers(programs, directory, [
    '--import',
    'tsx',
    join(__dirname, 'api-stand-in.ts'),
    String(ports.api),
    certificate,
  ]);
  while (!existsSync(certificate)) await sleep(100);
  const allMs = minutes * 60_000;
  const sharedMs = Math.min(allMs / 4, mostSharedMs);

  const theirs = new Running('cloudprober', programs.cloudprober, [
    `--config_file=${join(directory, 'cloudprober.cfg')}`,
  ]);
  const same = injector('same', sharedPaths(sharedRate), programs.k6, certificate);
  say(`${sharedProbes.length} kinds of probes, ${sharedRate}/s each, ours beside cloudprober's`);
  await sleep(warmUpMs);
  const shared = await watch({ same, theirs }, sharedMs);
  const sameGood = await goodShare('same');
  await same.stop();

  const all = injector('all', allPaths(allRate), programs.k6, certificate);
  say(`all paths, ${allRate}/s`);
  await sleep(warmUpMs);
  const long = await watch({ all, theirs }, allMs - sharedMs);
  const dropped = await total(`${storedName(k6Names.dropped, 'counter')}{instance="all"}`);
  const theirGood =
    (100 * (await total('success{job="cloudprober"}'))) / (await total('total{job="cloudprober"}'));
  const asked = sharedRate * sharedProbes.length;

  return [
    { what: 'same probes: asked of each', value: asked, unit: '/s' },
    { what: 'same probes: sent by us', value: probesPerSecond(shared.same), unit: '/s' },
    { what: 'same probes: sent by cloudprober', value: probesPerSecond(shared.theirs), unit: '/s' },
    { what: 'same probes: ours that were good', value: sameGood, unit: '%' },
    { what: 'same probes: cloudprober’s that were good', value: theirGood, unit: '%' },
    ...ratioFigures(shared.same, shared.theirs, slices),
    { what: 'all paths: probes', value: long.all.at(-1)?.probes ?? Number.NaN, unit: '' },
    { what: 'all paths: asked', value: allRate, unit: '/s' },
    { what: 'all paths: sent', value: probesPerSecond(long.all), unit: '/s' },
    { what: 'all paths: could not be started in time', value: dropped, unit: '' },
    { what: 'all paths: good', value: await goodShare('all'), unit: '%' },
    { what: 'all paths: CPU per 1 000', value: cpuPer1000(long.all), unit: 'ms' },
    { what: 'all paths: series', value: await seriesOf('instance="all"'), unit: '' },
    { what: 'cloudprober: series', value: await seriesOf('job="cloudprober"'), unit: '' },
    ...memoryFigures('all paths', long.all),
    ...memoryFigures('cloudprober', long.theirs),
  ];
}

/** What the programs find in their file system: a pod's resolver and token, and their configs. */
async function furnish(sharedRate: number): Promise<void> {
  await command('mount', ['-t', 'tmpfs', 'bench', directory]);
  const resolver = (await command('readlink', ['-m', '/etc/resolv.conf'])).trim();
  // Where it is a link into the directory that is hidden now, there is nothing to mount on.
  const written = resolver.startsWith(`${directory}/`) ? resolver : join(directory, 'resolv.conf');
  put(written, resolvConf);
  if (written !== resolver) await command('mount', ['--bind', written, resolver]);
  put('/var/run/secrets/kubernetes.io/serviceaccount/token', 'bench');
  put(join(directory, 'Corefile'), corefile);
  put(join(directory, 'prometheus.yml'), prometheusConfig);
  put(join(directory, 'cloudprober.cfg'), cloudproberConfig(sharedRate));
}

function put(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** k6 as a pod runs it: the stack's scripts, command and environment, with these data. */
function injector(name: string, config: InjectorConfig, k6: string, certificate: string): Running {
  const scripts = join(directory, name);
  mkdirSync(scripts);
  for (const file of scenarioFiles) copyFileSync(join(checkout, 'scenarios', file), join(scripts, file));
  put(join(scripts, 'config.json'), JSON.stringify(config));
  const variables = injectorEnvironment(model, {
    otlpEndpoint: `127.0.0.1:${prometheusPort}`,
    instance: name,
  });
  return new Running(`injector ${name}`, k6, injectorCommand(model, scripts), {
    HOME: directory,
    SSL_CERT_FILE: certificate,
    ...Object.fromEntries(variables.map((variable) => [variable.name, variable.value])),
  });
}

/** Samples probers for a time. Throws when one of them ends. */
async function watch<Name extends string>(
  probers: Readonly<Record<Name, Running>>,
  forMs: number,
): Promise<Record<Name, Sample[]>> {
  const names = Object.keys(probers) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as Sample[]])) as Record<Name, Sample[]>;
  const startMs = Date.now();
  for (let tick = 0; tick * everyMs <= forMs; tick++) {
    await sleep(Math.max(0, startMs + tick * everyMs - Date.now()));
    const timeMs = Date.now();
    for (const name of names) {
      probers[name].mustRun();
      const { pid } = probers[name];
      const probes = await total(
        name === 'theirs' ? 'total{job="cloudprober"}' : `${probesTotal}{instance="${name}"}`,
      );
      samples[name].push({ timeMs, cpuMs: cpuMs(pid), residentMiB: residentMiB(pid), probes });
    }
    if (tick % 12 === 11) say(`  ${names.map((name) => progressOf(name, samples[name])).join(', ')}`);
  }
  return samples;
}

function progressOf(name: string, samples: readonly Sample[]): string {
  const last = samples.at(-1);
  return `${name}: ${last?.probes} probes, ${last?.residentMiB.toFixed(1)} MiB`;
}

/** Share of an injector's probes that were answered right, in percent. */
async function goodShare(instance: string): Promise<number> {
  const good = await total(`${probesTotal}{instance="${instance}",outcome=~"ok|slow"}`);
  return (100 * good) / (await total(`${probesTotal}{instance="${instance}"}`));
}

async function total(selector: string): Promise<number> {
  return ask(`sum(${selector})`);
}

async function seriesOf(matcher: string): Promise<number> {
  return ask(`count({${matcher}})`);
}

/** The one value of a query; 0 where there is none. */
async function ask(query: string): Promise<number> {
  const api = new PrometheusApi(`http://127.0.0.1:${prometheusPort}`, undefined, 30_000);
  const [only] = await api.vector(query);
  return only?.value ?? 0;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

main(JSON.parse(readFileSync(0, 'utf8')) as Plan).then(
  (figures) => {
    process.stdout.write(JSON.stringify(figures));
    process.exit(0);
  },
  (error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(1);
  },
);
