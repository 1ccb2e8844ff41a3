import type { ToldKill } from '../support/lost-probes';
import type { StackUnderTest } from '../support/stack-under-test';
import { eventually } from '../support/wait';

const namespace = 'continuous-load';
const account = `system:serviceaccount:${namespace}:chaos-reaper`;

/** Minutes in milliseconds. */
export const minutes = (count: number) => count * 60_000;

/** A kill every quarter of a minute: what takes a day by default is seen in minutes. */
export const often = {
  enabled: true,
  interval: '15s',
  maxPerHour: 240,
  maxPerWorkloadPerHour: 240,
  minAge: '15s',
};

/** Flags of `up` for keys of the section `chaos`. */
export function flags(chaos: Readonly<Record<string, string | number | boolean>>): string[] {
  return Object.entries(chaos).flatMap(([key, value]) => ['--set', `chaos.${key}=${String(value)}`]);
}

/** One line of the reaper, with the kubelet's time. */
export interface Told {
  readonly timeMs: number;
  readonly line: string;
}

/** What the suites see and do of the reaper of a stack. */
export class ReaperUnderTest {
  constructor(private readonly stack: StackUnderTest) {}

  /** kubectl in the reaper's namespace. */
  async kubectl(...words: string[]): Promise<string> {
    return this.stack.kubectl('-n', namespace, ...words);
  }

  /** Lines of all its pods, oldest first. */
  async told(pattern: RegExp, sinceMs = 0): Promise<Told[]> {
    const selector = 'app.kubernetes.io/name=chaos-reaper';
    const text = await this.kubectl('logs', '--timestamps', '--tail=-1', '-l', selector);
    return text
      .split('\n')
      .map((line) => ({ timeMs: Date.parse(line.slice(0, line.indexOf(' '))), line }))
      .filter(({ timeMs, line }) => timeMs >= sinceMs && pattern.test(line))
      .sort((a, b) => a.timeMs - b.timeMs);
  }

  /** The first such line since a moment. */
  async first(pattern: RegExp, sinceMs: number, withinMs: number): Promise<Told> {
    return eventually(String(pattern), { withinMs }, async () => {
      const [found] = await this.told(pattern, sinceMs);
      if (found) return found;
      const last = (await this.told(/chaos: /)).slice(-3);
      throw new Error(last.map(({ line }) => line).join('\n'));
    });
  }

  /** Removals since a moment. */
  async kills(sinceMs: number): Promise<ToldKill[]> {
    return (await this.told(/chaos: removed /, sinceMs)).map(({ timeMs, line }) => ({
      atMs: timeMs,
      workload: /\(\w+, [\w-]+\/([\w-]+),/.exec(line)?.[1] ?? '',
    }));
  }

  /** Throws or frees the switch. */
  async halt(halted: boolean): Promise<void> {
    const patch = JSON.stringify({ data: { halted: String(halted) } });
    await this.kubectl('patch', 'configmap/chaos-switch', '--type=merge', '-p', patch);
  }

  /** Events that it made, as `reason kind/name`. */
  async events(): Promise<{ reason: string; on: string }[]> {
    const { items } = JSON.parse(await this.kubectl('get', 'events', '-o', 'json')) as {
      items: {
        reason: string;
        involvedObject: { kind: string; name: string };
        source?: { component?: string };
      }[];
    };
    return items
      .filter(({ source }) => source?.component === 'chaos-reaper')
      .map(({ reason, involvedObject: { kind, name } }) => ({ reason, on: `${kind}/${name}` }));
  }

  /** What its account may do with resources of a namespace or of the whole cluster, beside what everybody may: asking about itself. */
  async allowed(where: string): Promise<string[]> {
    const table = await this.stack.kubectl(
      ...['auth', 'can-i', '--list', '--no-headers', '-n', where, `--as=${account}`],
    );
    return table
      .split('\n')
      .map((line) => /^(\S+)\s+\[\]\s+\[(.*?)\]\s+\[(.*?)\]/.exec(line))
      .filter((match) => match !== null)
      .map(([, resource = '', names = '', verbs = '']) => `${resource}${names && ` ${names}`} [${verbs}]`)
      .filter((rule) => !rule.startsWith('selfsubject'))
      .sort();
  }
}

/** What the account may do in the reaper's namespace in any case, beside pods. */
export const alwaysAllowed = [
  'configmaps chaos-switch [get]',
  'events [create]',
  'leases.coordination.k8s.io [create]',
  'leases.coordination.k8s.io chaos-reaper [get update]',
];
