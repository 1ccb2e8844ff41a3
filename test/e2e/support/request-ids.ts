import type { LogLine } from './pod-logs';

/** A probe's id, as the scenario makes it: `<path>-<probe>-<run>-<vu>-<iteration>`. */
export interface ProbeId {
  readonly text: string;
  /** `kept`, `fresh` or `direct`. */
  readonly probe: string;
  /** The same for all probes of one virtual user of one process. */
  readonly user: string;
  readonly iteration: number;
}

/** A probe that a server saw. */
export interface SeenProbe {
  readonly id: ProbeId;
  readonly timeMs: number;
  /** IP address of the injector's pod. */
  readonly from: string;
}

/** What the servers' own logs say of the probes: the truth that counters are compared with. */
export interface ServerView {
  /** Arrived at source, by id. */
  readonly atSource: ReadonlyMap<string, SeenProbe>;
  /** Arrived at target directly, by id. */
  readonly atTarget: ReadonlyMap<string, SeenProbe>;
  /** Ids that source passed on to target and got back, with when. */
  readonly answered: ReadonlyMap<string, number>;
}

/** Reads the logs of source and target (level debug). */
export function serverView(lines: readonly LogLine[]): ServerView {
  const view = {
    atSource: new Map<string, SeenProbe>(),
    atTarget: new Map<string, SeenProbe>(),
    answered: new Map<string, number>(),
  };
  for (const { workload, message, fields, timeMs } of lines) {
    if (message === 'request started') {
      const id = parseId(/^\/api\/echo\?id=([\w-]+)$/.exec(String(fields['uri']))?.[1]);
      const from = String(fields['remote']).replace(/:\d+$/, '');
      if (id) (workload === 'source' ? view.atSource : view.atTarget).set(id.text, { id, timeMs, from });
    }
    if (message === 'payload received from backend') {
      // a text is its id and padding
      const id = parseId(/^"([\w-]+)\.*"$/.exec(String(fields['response']))?.[1]);
      if (id) view.answered.set(id.text, timeMs);
    }
  }
  return view;
}

/** Moments at which a probe was answered by target, directly or through source, in order. */
export function goodMoments({ atTarget, answered }: ServerView): number[] {
  return [...answered.values(), ...[...atTarget.values()].map(({ timeMs }) => timeMs)].sort((a, b) => a - b);
}

/** What the servers know about the probes of one injector over one kind of connection. */
export interface SeenProbes {
  /** Reached source, or target where they go there directly. */
  readonly arrived: number;
  /** Were answered by target. */
  readonly answered: number;
  /** Direct ones that never arrived: each virtual user numbers its own, and a hole is one of them. */
  readonly holes: number;
  /** Virtual users of direct ones: no hole shows where the first or last of one never arrived. */
  readonly users: number;
}

/** What the servers know about the probes that came from one address; direct ones are on fresh connections. */
export function probesSeen(view: ServerView, address: string): Record<'kept' | 'fresh', SeenProbes> {
  const from = (seen: ReadonlyMap<string, SeenProbe>, probe: string) =>
    [...seen.values()].filter((one) => one.from === address && one.id.probe === probe).map(({ id }) => id);
  const overSource = (probe: string) => {
    const ids = from(view.atSource, probe);
    return { arrived: ids.length, answered: ids.filter(({ text }) => view.answered.has(text)).length };
  };
  const direct = from(view.atTarget, 'direct');
  const fresh = overSource('fresh');
  return {
    kept: { ...overSource('kept'), holes: 0, users: 0 },
    fresh: {
      arrived: fresh.arrived + direct.length,
      answered: fresh.answered + direct.length,
      holes: numbersSpanned(direct) - direct.length,
      users: new Set(direct.map(({ user }) => user)).size,
    },
  };
}

/** How many probes from one address arrived within the last `lastMs` of its life. */
export function lastArrivals({ atSource, atTarget }: ServerView, address: string, lastMs: number): number {
  const moments = [...atSource.values(), ...atTarget.values()]
    .filter(({ from }) => from === address)
    .map(({ timeMs }) => timeMs);
  const lastMoment = Math.max(...moments);
  return moments.filter((moment) => moment >= lastMoment - lastMs).length;
}

/** Sum over virtual users of the span of their numbers. Exact when each user's first and last probe arrived. */
export function numbersSpanned(ids: readonly ProbeId[]): number {
  const spans = new Map<string, { first: number; last: number }>();
  for (const { user, iteration } of ids) {
    const span = spans.get(user) ?? { first: iteration, last: iteration };
    spans.set(user, { first: Math.min(span.first, iteration), last: Math.max(span.last, iteration) });
  }
  return [...spans.values()].reduce((total, { first, last }) => total + last - first + 1, 0);
}

function parseId(text: string | undefined): ProbeId | undefined {
  const match = /^service-(kept|fresh|direct)-(\w+)-(\d+)-(\d+)$/.exec(text ?? '');
  if (!match) return undefined;
  const [, probe = '', run = '', user = '', iteration = ''] = match;
  return { text: match[0], probe, user: `${probe}-${run}-${user}`, iteration: Number(iteration) };
}
