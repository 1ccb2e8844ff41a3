/** A suite of the end-to-end run. */
export interface Suite {
  readonly name: string;
  /** What it shows, for the reader of the run's log. */
  readonly shows: string;
  /** Takes long, or compiles more: only run when named by `--only`. */
  readonly onlyByName?: true;
  /** Only run with `--share`, or by name: after all others in one row it would take too long. */
  readonly onlyInShares?: true;
  /** With `--share`: not part of the first, which is the default, but of the second, on a lab beside the stack's; or of both. */
  readonly share?: Share | 'both';
  /** Whether it needs the stack that the run brought up; the others bring their own, or look at what is left. */
  readonly needsStack: boolean;
}

/** A part of the suites that has a lab of its own, so that both can run at the same time: most of them only wait. */
export type Share = 'first' | 'second';

/**
 * All suites in the order in which they run: the quiet one first, since failures stay in long windows; then chaos, which wants budgets
 * that are whole; then faults; `calm` reads the pager's whole log; then what keeps the machine so busy that the injectors feel it; then
 * the end of the stack, and what needs none.
 * Each is `<name>.test.ts` here, or a directory with tests.
 */
export const suites: readonly Suite[] = [
  {
    name: 'first-up',
    shows: 'the first up: good within 90 s, nothing to change by the second, every pod restricted',
    needsStack: true,
  },
  {
    name: 'quiet',
    shows: 'twenty minutes with every workload restarted: nobody is told, no probe fails',
    needsStack: true,
    onlyByName: true,
  },
  {
    name: 'chaos/brief',
    shows:
      'evictions cost no probe and tell nobody; the switch, lost probes, a page and a spent budget stop them; the account may do nothing else',
    needsStack: true,
    onlyInShares: true,
    share: 'second',
  },
  {
    name: 'faults',
    shows: 'restarts, a dead target, a killed injector: what is counted and who is told',
    needsStack: true,
  },
  {
    name: 'dashboards',
    shows: 'every panel query has data on a live Prometheus; the page without Grafana',
    needsStack: true,
  },
  { name: 'paths', shows: 'restarts lose no probe of any path', needsStack: true },
  {
    name: 'truth',
    shows: 'known delays and known failures: quantiles and counters say what is true',
    needsStack: true,
    onlyByName: true,
  },
  {
    name: 'matrix',
    shows: 'each fault of the table is told once, in time, with its path and reason',
    needsStack: true,
  },
  {
    name: 'nodes',
    shows:
      'UDP from one node to one other dropped: that pair is named, and nothing else; restarts lose no probe',
    needsStack: true,
    share: 'second',
  },
  {
    name: 'longterm',
    shows: 'that the long-term store has every count, also after a minute in which it was dead',
    needsStack: true,
    share: 'second',
  },
  {
    name: 'absence',
    shows: 'no injectors, a node without power, a killed Prometheus',
    needsStack: true,
    share: 'second',
  },
  {
    name: 'machines',
    shows: 'killed parts of the stack’s own lab under load, revival by up, a third node',
    needsStack: true,
    share: 'second',
  },
  { name: 'calm', shows: 'that nobody was told anything else', needsStack: true, share: 'both' },
  {
    name: 'ingress',
    shows: 'the gateway switched on in a stack that is up; route deleted, gateway gone, target gone',
    needsStack: true,
    onlyByName: true,
  },
  {
    name: 'targets',
    shows:
      'a URL, a name and a port of a tenant’s own: probed, shown, no change by the next up, one that is gone pages with its name and owner',
    needsStack: true,
    onlyByName: true,
  },
  {
    name: 'mesh',
    shows:
      'a mesh switched on: plaintext and a wrong identity refused, each guard that falls paged by a path of its own, retries hide a fault that shows without them, alerts of its own told, restarts and new certificates lose no probe',
    needsStack: true,
    onlyByName: true,
  },
  {
    name: 'networkpolicies',
    shows:
      'a lab whose nodes keep network policies: all paths good, strangers refused; a policy less, its paths down and paged',
    needsStack: true,
    onlyByName: true,
  },
  {
    name: 'soak',
    shows: '10⁵ probes at default rates, of which none fails',
    needsStack: true,
    onlyByName: true,
  },
  {
    name: 'chaos',
    shows:
      'evictions, churn and drains of nodes at a raised rate cost no probe, deletions what lies right after them; each guard stops it; the account may do nothing else',
    needsStack: true,
    onlyByName: true,
  },
  {
    name: 'bare-lab',
    shows: 'a second lab beside the first: network, nodes, kill -9, and the host as it was',
    needsStack: true,
  },
  {
    name: 'conformance',
    shows: 'Pulumi through the stand-in providers: create, no-op, update, replace, drift, delete',
    needsStack: false,
  },
  {
    name: 'previews',
    shows:
      'a real preview of prod and reviews of dev with the policy pack; stand-ins refuse what the SDKs’ types refuse',
    needsStack: false,
  },
  {
    name: 'examples',
    shows: 'real previews of examples/, in TypeScript and in YAML, by the components as a Pulumi package',
    needsStack: false,
    onlyByName: true,
  },
  {
    name: 'charts',
    shows:
      'Istio’s charts rendered by Helm with the values of each kind of cluster and mode: every value does something, and what the mesh counts on is there',
    needsStack: false,
    onlyByName: true,
  },
  {
    name: 'starved',
    shows:
      'a k6 that gets 8 ms of each tenth of a second: what it is late with is its own fault, on every path',
    needsStack: false,
    onlyByName: true,
  },
  { name: 'down', shows: 'that down leaves nothing', needsStack: true, share: 'both' },
  {
    name: 'interrupted',
    shows: 'kill -9 of the Pulumi engine in the middle of up, and that the next up converges',
    needsStack: false,
  },
];

/** Name of the lab that the suite `bare-lab` makes beside the stack's. */
export const bareLab = 'e2e-bare';
