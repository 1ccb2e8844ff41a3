import { kubectl } from '../../../lab/cluster/kubectl';
import type { ChaosConfig } from '../../../scenarios/chaos-config';
import { optIn } from '../../../signals/chaos';
import { chaosChecksTotal } from '../../../signals/metrics';
import { defaultTargetLingerSeconds } from '../../../signals/model';
import { mayStillCome } from '../support/expected';
import {
  closedWhileIdle,
  inStalls,
  inWords,
  lossesBetween,
  type Shutdown,
  shutdownsOf,
  type Told,
  type ToldKill,
} from '../support/lost-probes';
import { StackUnderTest } from '../support/stack-under-test';
import { eventually, report } from '../support/wait';

const namespace = 'continuous-load';
const account = `system:serviceaccount:${namespace}:chaos-reaper`;

/** Name and label of the copies of the reaper's data. */
const copyName = 'chaos-e2e-';
const copyLabel = 'chaos.continuous-load/copy';

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

/** A stack whose reaper is free, with these keys of the section `chaos` and these flags of `up`, before the first test of a file; as its config says after the last. */
export function stackWithReaper(
  chaos: Readonly<Record<string, string | number | boolean>>,
  more: readonly string[] = [],
) {
  const stack = new StackUnderTest();
  const reaper = new ReaperUnderTest(stack);
  beforeAll(async () => {
    streamsMayTell();
    await stack.up(...flags(chaos), ...more);
    // the budget of a fresh stack is known after five minutes at most, and until then nothing is killed
    await reaper.first(/chaos: free to kill/, 0, minutes(7));
  }, minutes(12));
  afterAll(async () => {
    await stack.up();
  }, minutes(6));
  return { stack, reaper, prometheus: stack.prometheus() };
}

/**
 * Asserts that no probe was lost since a moment but in stalls of the machine ({@link inStalls}) and to connections that a server closed idle
 * ({@link closedWhileIdle}). Those are told too where they lie near a removal.
 */
export async function noneLost(
  { stack, reaper }: { stack: StackUnderTest; reaper: ReaperUnderTest },
  fromMs: number,
): Promise<void> {
  const prometheus = stack.prometheus();
  const losses = await lossesBetween(prometheus, fromMs, Date.now());
  const lingerMs = (stack.model().targetLingerSeconds ?? defaultTargetLingerSeconds) * 1000;
  const stalls = await inStalls(prometheus, losses);
  const closed = closedWhileIdle(
    losses.filter((loss) => !stalls.includes(loss)),
    await reaper.shutdowns(fromMs - minutes(1), lingerMs),
  );
  const excused = [...stalls, ...closed];
  report('lost probes', inWords(losses));
  report('of them while the machine stood still', inWords(stalls));
  report('of them to a connection that its server closed idle', inWords(closed));
  for (const path of new Set(excused.map((loss) => loss.path)))
    for (const status of ['firing', 'resolved']) mayStillCome(`ChaosLostProbes ${path} ticket ${status}`);
  expect(inWords(losses.filter((loss) => !excused.includes(loss)))).toBe('none');
}

/** Notes what may be told of pods that go four times a minute, though nothing is lost: streams that end more often than they should. */
function streamsMayTell(): void {
  for (const path of ['grpc-stream', 'websocket'])
    for (const status of ['firing', 'resolved']) mayStillCome(`StreamInterrupted ${path} ticket ${status}`);
}

/** Flags of `up` for keys of the section `chaos`. */
export function flags(chaos: Readonly<Record<string, string | number | boolean>>): string[] {
  return Object.entries(chaos).flatMap(([key, value]) => ['--set', `chaos.${key}=${String(value)}`]);
}

/** What the suites see and do of the reaper of a stack. */
export class ReaperUnderTest {
  private original = '';

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

  /** Waits until nothing holds it back: a fault of its own does for minutes, also one that a busy machine made. */
  async free(): Promise<void> {
    await eventually('a reaper that is free', { withinMs: minutes(8), everyMs: 2_000 }, async () => {
      const last = (await this.told(/chaos: (held back by|free to kill|removed )/)).at(-1);
      if (last === undefined || /held back by/.test(last.line))
        throw new Error(last?.line ?? 'it says nothing');
    });
  }

  /** Removals since a moment. */
  async kills(sinceMs: number): Promise<ToldKill[]> {
    return (await this.told(/chaos: removed /, sinceMs)).map(({ timeMs, line }) => ({
      atMs: timeMs,
      workload: /\(\w+, [\w-]+\/([\w-]+),/.exec(line)?.[1] ?? '',
    }));
  }

  /** When the servers of the pods that it took gracefully since a moment close ({@link shutdownsOf}). */
  async shutdowns(sinceMs: number, lingerMs: number): Promise<Shutdown[]> {
    return shutdownsOf(await this.told(/chaos: /, sinceMs), lingerMs);
  }

  /**
   * Gives the reaper other data than the program does, which makes it start anew: in seconds, where an `up` takes minutes on a busy
   * machine. The program's come back with {@link asBefore}.
   */
  async reconfigure(changes: Partial<ChaosConfig>): Promise<void> {
    const original = await this.programScripts();
    const { data } = JSON.parse(await this.kubectl('get', 'cm', original, '-o', 'json')) as {
      data: Record<string, string>;
    };
    const config = { ...(JSON.parse(data['config.json'] ?? '{}') as ChaosConfig), ...changes };
    const copy = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `${copyName}${Date.now()}`, namespace, labels: { [copyLabel]: 'e2e' } },
      data: { ...data, 'config.json': JSON.stringify(config) },
    };
    await kubectl(this.stack.lab, ['create', '-f', '-'], JSON.stringify(copy));
    await this.mount(copy.metadata.name);
  }

  /** Takes away what its account may do in its own namespace; gives what gives it back. */
  async disarm(): Promise<() => Promise<void>> {
    const found = JSON.parse(await this.kubectl('get', 'rolebinding/chaos-reaper', '-o', 'json')) as {
      metadata: { name: string; namespace: string; labels: Record<string, string> };
    };
    const { name, namespace: where, labels } = found.metadata;
    const again = JSON.stringify({ ...found, metadata: { name, namespace: where, labels } });
    await this.kubectl('delete', 'rolebinding/chaos-reaper');
    return async () => {
      await kubectl(this.stack.lab, ['create', '-f', '-'], again);
    };
  }

  /** Takes back what {@link reconfigure} did. */
  async asBefore(): Promise<void> {
    await this.mount(await this.programScripts());
    await this.kubectl('delete', 'cm', '-l', copyLabel);
  }

  /** Name of the ConfigMap that the program mounts. */
  private async programScripts(): Promise<string> {
    const path = '{.spec.template.spec.volumes[?(@.name=="scripts")].configMap.name}';
    const mounted = await this.kubectl('get', 'deploy/chaos-reaper', '-o', `jsonpath=${path}`);
    if (!mounted.startsWith(copyName)) this.original = mounted;
    if (this.original === '') throw new Error(`the reaper has a copy mounted: ${mounted}`);
    return this.original;
  }

  private async mount(name: string): Promise<void> {
    const volumes = [{ name: 'scripts', configMap: { name } }];
    const patch = JSON.stringify({ spec: { template: { spec: { volumes } } } });
    await this.kubectl('patch', 'deploy/chaos-reaper', '-p', patch);
    await this.kubectl('rollout', 'status', 'deploy/chaos-reaper', '--timeout=120s');
  }

  /** Gives every node the label by which it asks for chaos, or takes it away. */
  async nodesOptIn(optsIn: boolean): Promise<void> {
    const labels = Object.entries(optIn).map(([name, value]) => (optsIn ? `${name}=${value}` : `${name}-`));
    await this.stack.kubectl('label', 'nodes', '--all', '--overwrite', ...labels);
  }

  /** Throws or frees the switch. */
  async halt(halted: boolean): Promise<void> {
    const patch = JSON.stringify({ data: { halted: String(halted) } });
    await this.kubectl('patch', 'configmap/chaos-switch', '--type=merge', '-p', patch);
  }

  /** Asserts that a reaper of this hour counted its looks that ended with these guards; `none`: it was free. */
  async expectLooks(...guards: readonly string[]): Promise<void> {
    const looks = await this.stack
      .prometheus()
      .vector(`sum by (guard) (last_over_time(${chaosChecksTotal}[1h])) or vector(0)`);
    const by = Object.fromEntries(looks.map(({ metric, value }) => [metric['guard'], value]));
    report('looks', JSON.stringify(by));
    for (const guard of guards) expect([guard, (by[guard] ?? 0) > 0]).toEqual([guard, true]);
  }

  /** Events that it made, each with what it is on, as `kind/name`; their times are whole seconds. */
  async events(): Promise<{ reason: string; on: string; atMs: number }[]> {
    const { items } = JSON.parse(await this.kubectl('get', 'events', '-o', 'json')) as {
      items: {
        reason: string;
        firstTimestamp: string;
        involvedObject: { kind: string; name: string };
        source?: { component?: string };
      }[];
    };
    return items
      .filter(({ source }) => source?.component === 'chaos-reaper')
      .map(({ reason, firstTimestamp, involvedObject: { kind, name } }) => ({
        reason,
        on: `${kind}/${name}`,
        atMs: Date.parse(firstTimestamp),
      }));
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
