import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A suite of the end-to-end run. */
export interface Suite {
  readonly name: string;
  /** What it shows, for the reader of the run's log. */
  readonly shows: string;
  /** Takes long, or compiles more: only run when named by `--only`. */
  readonly onlyByName?: true;
  /** How long it takes on two quiet cores, in minutes; of those that run unasked on a lab. */
  readonly minutes?: number;
  /** Runs also where time is short: what a run is for, or without it what ran before says less. */
  readonly always?: true;
  /** The stack that the run brought up; or a lab, which it brings up itself; or no lab at all, so that it can run beside the others. */
  readonly needs: 'stack' | 'lab' | 'nothing';
}

/**
 * All suites in the order in which they run: the quiet one first, since failures stay in long windows; then chaos, which wants budgets
 * that are whole; then faults; `calm` reads the pager's whole log; then what keeps the machine so busy that the injectors feel it; then
 * the end of the stack, and what needs none.
 * Each is `<name>.test.ts` here, or a directory with tests, of which `<name>/<file>` is one.
 */
export const suites: readonly Suite[] = [
  {
    name: 'first-up',
    shows: 'the first up: good within 90 s, nothing to change by the second, every pod restricted',
    needs: 'stack',
    minutes: 5.5,
    always: true,
  },
  {
    name: 'quiet',
    shows: 'twenty minutes with every workload restarted: nobody is told, no probe fails',
    needs: 'stack',
    onlyByName: true,
  },
  {
    name: 'chaos/brief',
    shows:
      'evictions cost no probe and tell nobody; the switch, lost probes, a page and a spent budget stop them; the account may do nothing else',
    needs: 'stack',
    minutes: 13,
  },
  {
    name: 'faults',
    shows: 'restarts, a dead target, a killed injector: what is counted and who is told',
    needs: 'stack',
    minutes: 7.5,
    always: true,
  },
  {
    name: 'dashboards',
    shows: 'every panel query has data on a live Prometheus; the page without Grafana',
    needs: 'stack',
    minutes: 0.5,
  },
  { name: 'paths', shows: 'restarts lose no probe of any path', needs: 'stack', minutes: 1 },
  {
    name: 'truth',
    shows: 'known delays and known failures: quantiles and counters say what is true',
    needs: 'stack',
    onlyByName: true,
  },
  {
    name: 'matrix',
    shows: 'each fault of the table is told once, in time, with its path and reason',
    needs: 'stack',
    minutes: 8,
    always: true,
  },
  {
    name: 'nodes',
    shows:
      'UDP from one node to one other dropped: that pair is named, and nothing else; restarts lose no probe',
    needs: 'stack',
    minutes: 5.5,
  },
  {
    name: 'longterm',
    shows: 'that the long-term store has every count, also after a minute in which it was dead',
    needs: 'stack',
    minutes: 2.5,
  },
  {
    name: 'absence',
    shows: 'no injectors, a node without power, a killed Prometheus',
    needs: 'stack',
    minutes: 6,
  },
  {
    name: 'machines',
    shows: 'killed parts of the stack’s own lab under load, revival by up, a third node',
    needs: 'stack',
    minutes: 4.5,
  },
  { name: 'calm', shows: 'that nobody was told anything else', needs: 'stack', minutes: 3, always: true },
  {
    name: 'ingress',
    shows: 'the gateway switched on in a stack that is up; route deleted, gateway gone, target gone',
    needs: 'stack',
    onlyByName: true,
  },
  {
    name: 'targets',
    shows:
      'a URL, a name and a port of a tenant’s own: probed, shown, no change by the next up, one that is gone pages with its name and owner',
    needs: 'stack',
    onlyByName: true,
  },
  {
    name: 'mesh',
    shows:
      'a mesh switched on: plaintext and a wrong identity refused, each guard that falls paged by a path of its own, retries hide a fault that shows without them, alerts of its own told, restarts and new certificates lose no probe',
    needs: 'stack',
    onlyByName: true,
  },
  {
    name: 'networkpolicies',
    shows:
      'a lab whose nodes keep network policies: all paths good, strangers refused; a policy less, its paths down and paged',
    needs: 'stack',
    onlyByName: true,
  },
  {
    name: 'soak',
    shows: '10⁵ probes at default rates, of which none fails',
    needs: 'stack',
    onlyByName: true,
  },
  {
    name: 'chaos',
    shows:
      'evictions, churn and drains of nodes at a raised rate cost no probe, deletions what lies right after them; each guard stops it; the account may do nothing else',
    needs: 'stack',
    onlyByName: true,
  },
  {
    name: 'bare-lab',
    shows: 'a second lab beside the first: network, nodes, kill -9, and the host as it was',
    needs: 'stack',
    minutes: 2.5,
  },
  {
    name: 'conformance',
    shows: 'Pulumi through the stand-in providers: create, no-op, update, replace, drift, delete',
    needs: 'nothing',
  },
  {
    name: 'previews',
    shows:
      'a real preview of prod and reviews of dev with the policy pack; stand-ins refuse what the SDKs’ types refuse',
    needs: 'nothing',
  },
  {
    name: 'examples',
    shows: 'real previews of examples/, in TypeScript and in YAML, by the components as a Pulumi package',
    needs: 'nothing',
    onlyByName: true,
  },
  {
    name: 'charts',
    shows:
      'Istio’s charts rendered by Helm with the values of each kind of cluster and mode: every value does something, and what the mesh counts on is there',
    needs: 'nothing',
    onlyByName: true,
  },
  {
    name: 'starved',
    shows:
      'a k6 that gets 8 ms of each tenth of a second: what it is late with is its own fault, on every path',
    needs: 'nothing',
    onlyByName: true,
  },
  { name: 'down', shows: 'that down leaves nothing', needs: 'stack', minutes: 0.5, always: true },
  {
    name: 'interrupted',
    shows: 'kill -9 of the Pulumi engine in the middle of up, and that the next up converges',
    needs: 'lab',
    minutes: 4.5,
  },
];

/**
 * Whether a suite can run to its end in the minutes that are left, with those after it that always run, at the pace of the run so far: 1 is that
 * of a quiet machine, 2 takes twice as long.
 */
export function isTimeFor(
  { minutes = 0, always }: Suite,
  later: readonly Suite[],
  minutesLeft: number,
  pace: number,
): boolean {
  const needed = later.reduce((sum, suite) => sum + (suite.always ? (suite.minutes ?? 0) : 0), minutes);
  return always === true || needed * Math.max(1, pace) <= minutesLeft;
}

/** Name of the lab that the suite `bare-lab` makes beside the stack's. */
export const bareLab = 'e2e-bare';

/**
 * The suites of these names, in the order in which they run; a test file of a suite that is a directory may be named like a suite, and
 * runs once where both are named.
 * Throws an Error that says which there are when one is unknown.
 */
export function suitesNamed(asked: readonly string[]): Suite[] {
  const names = asked.filter((name) => !asked.some((other) => name.startsWith(`${other}/`)));
  const isSuite = (name: string) => suites.some((suite) => suite.name === name);
  const found = suites.flatMap((suite) => {
    const files = names.filter((name) => name.startsWith(`${suite.name}/`) && !isSuite(name));
    const parts = files.filter((name) => existsSync(join(__dirname, `${name}.test.ts`)));
    return [...(names.includes(suite.name) ? [suite] : []), ...parts.map((name) => ({ ...suite, name }))];
  });
  const unknown = names.filter((name) => !found.some((suite) => suite.name === name));
  if (unknown.length > 0)
    throw new Error(`no suite ${unknown.join(', ')}; there are ${suites.map(({ name }) => name).join(', ')}`);
  return found;
}
