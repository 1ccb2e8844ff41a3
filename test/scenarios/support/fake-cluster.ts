import type { Removal, Subject } from '../../../scenarios/chaos-bodies';
import type { Mode, Scale } from '../../../scenarios/chaos-churn';
import type { ChaosConfig } from '../../../scenarios/chaos-config';
import type { Guard, Signals } from '../../../scenarios/chaos-guards';
import type { Reaper } from '../../../scenarios/chaos-reaper';
import type { Lease } from '../../../scenarios/chaos-lease';
import type { Changed, ChaosWorld, Spared } from '../../../scenarios/chaos-contract';
import type { KillMode } from '../../../scenarios/chaos-state';
import { type Pod, podOf, type RawPod } from '../../../scenarios/chaos-victims';
import { chaosConfig } from '../../../signals/chaos';
import { FakeNodes } from './fake-nodes';
import { FakeObjects } from './fake-objects';
import { type ChaosModel, defaultChaos, defaultModel } from '../../../signals/model';

/** Numbers from 0 to 1 that a seed decides (mulberry32, by Tommy Ettinger, public domain). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The reaper's config as the program makes it, with changes. */
export function configWith(changes: Partial<ChaosModel> = {}): ChaosConfig {
  const chaos = defaultChaos(changes);
  return chaosConfig(defaultModel({ chaos }), chaos, 'continuous-load');
}

/** All is well. */
export const well: Signals = { rules: 1, measured: 8, budget: 0.97, lost: 0 };

/** A pod of a Deployment in the load's namespace, ready. */
export function deploymentPod(workload: string, name: string, createdMs: number, template = '7d9'): RawPod {
  return {
    metadata: {
      name: `${workload}-${template}-${name}`,
      namespace: 'continuous-load',
      uid: `uid-${workload}-${name}`,
      creationTimestamp: new Date(createdMs).toISOString(),
      labels: { 'pod-template-hash': template, 'chaos.continuous-load/enabled': 'true' },
      ownerReferences: [{ kind: 'ReplicaSet', name: `${workload}-${template}`, controller: true }],
    },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

/** One removal that took place, with what was there right before it. */
export interface Done {
  atMs: number;
  by: string;
  pod: Pod;
  mode: KillMode;
  pods: Pod[];
  halted: string | undefined;
  signals: Signals | undefined;
}

interface Later {
  atMs: number;
  act: () => void;
}

/** A cluster with a clock of its own: removed pods end after a while, and others come and get ready. */
export class FakeCluster {
  nowMs = Date.UTC(2026, 10, 21, 12);
  /** How far the calendar of the reapers is off: somebody has set it. */
  offMs = 0;
  halted: string | undefined = 'false';
  signals: Signals | undefined = well;
  lease: Lease | undefined;
  raw: RawPod[] = [];
  readonly done: Done[] = [];
  readonly log: string[] = [];
  readonly counts: string[] = [];
  readonly events: string[] = [];
  /** What a disruption budget says; by default it allows one. */
  budget: 'allows' | 'keeps' = 'allows';
  /** Throws from here on, before or after the removal. */
  fault: { at: 'before' | 'after' } | undefined;
  /** New pods do not get ready. */
  stuck = false;
  /** None, unless a test adds some. */
  readonly nodes = new FakeNodes();
  /** What the reaper made itself. */
  readonly objects = new FakeObjects();
  /** Restarts and scalings that took place: `restart source`, `scale source 3`. */
  readonly changes: string[] = [];
  /** Replicas that each Deployment is to have. */
  readonly replicas: Record<string, number>;
  private readonly templates: Record<string, string> = {};
  private readonly later: Later[] = [];
  private born = 0;
  private version = 0;

  constructor(
    readonly random: () => number,
    replicas: Readonly<Record<string, number>> = { source: 2, target: 2, echo: 3 },
  ) {
    this.replicas = { ...replicas };
    for (const [workload, count] of Object.entries(replicas))
      for (let index = 0; index < count; index += 1)
        this.raw.push(deploymentPod(workload, `old${index}`, this.nowMs - 3_600_000));
  }

  advance(ms: number): void {
    this.nowMs += ms;
    const ripe = this.later.filter(({ atMs }) => atMs <= this.nowMs);
    for (const one of ripe) {
      this.later.splice(this.later.indexOf(one), 1);
      one.act();
    }
  }

  /** What one reaper sees of it. */
  world(me: string, { dryRun }: Pick<ChaosConfig, 'dryRun'> = { dryRun: false }): ChaosWorld {
    const count = (...words: unknown[]) => void this.counts.push(words.join(' '));
    return {
      me,
      nowMs: () => this.nowMs + this.offMs,
      ranMs: () => this.nowMs,
      random: this.random,
      halted: () => this.halted,
      readLease: () => structuredClone(this.lease),
      writeLease: (lease) => this.writeLease(lease),
      signals: () => this.signals,
      pods: () => structuredClone(this.raw),
      remove: (pod, mode) => this.remove(pod, mode, dryRun, me),
      restart: (workload) => this.change(workload, 'restart', dryRun),
      readScale: (workload) => {
        const replicas = this.replicas[nameOf(workload)];
        return replicas === undefined ? undefined : { workload, replicas, resourceVersion: String(replicas) };
      },
      scale: (scale) => this.change(scale.workload, 'scale', dryRun, scale),
      scaleBack: (scale) => this.change(scale.workload, 'scale', false, scale).outcome,
      nodes: () => structuredClone(this.nodes.raw),
      cordon: (node) => this.answered(() => this.nodes.cordon(node, me, dryRun)),
      uncordon: (node) => this.answered(() => this.nodes.uncordon(node)),
      own: (mode) => this.objects.own(mode),
      make: (mode, name) => this.answered(() => this.objects.make(mode, name, me, dryRun)),
      unmake: (mode, own) => this.answered(() => this.objects.unmake(mode, own)),
      tell: (victim: Subject, mode: Mode) => void this.events.push(`${mode} ${victim.name}`),
      recordZeros: (workload) => count('zeros', workload),
      recordCheck: (guard: Guard) => count('check', guard),
      recordKill: (mode, workload) => count('kill', mode, workload),
      recordSpared: (mode, workload, why: Spared) => count('spared', mode, workload, why),
      recordRecovery: (mode, workload, tookMs) => count('recovery', mode, workload, tookMs),
      log: (text) => void this.log.push(text),
    };
  }

  /** A request that may fail on its way there, or on its way back. */
  private answered<T>(act: () => T): T {
    if (this.fault?.at === 'before') throw new Error('no answer');
    const answer = act();
    if (this.fault?.at === 'after') throw new Error('no answer');
    return answer;
  }

  private writeLease(lease: Lease): Lease | undefined {
    if (lease.metadata.resourceVersion !== this.lease?.metadata.resourceVersion) return undefined;
    this.version += 1;
    const metadata = { ...lease.metadata, resourceVersion: String(this.version) };
    this.lease = structuredClone({ ...lease, metadata });
    return structuredClone(this.lease);
  }

  private remove(pod: Pod, mode: KillMode, dryRun: boolean, by: string): Removal {
    if (this.fault?.at === 'before') throw new Error('no answer');
    const found = this.raw.find(({ metadata }) => metadata.uid === pod.uid);
    if (!found || found.metadata.deletionTimestamp !== undefined) return 'gone';
    if (mode === 'evict' && this.budget === 'keeps') return 'budget';
    if (!dryRun) {
      const pods = this.raw.map(podOf);
      this.done.push({ atMs: this.nowMs, by, pod, mode, pods, halted: this.halted, signals: this.signals });
      found.metadata.deletionTimestamp = new Date(this.nowMs).toISOString();
      const endsMs = mode === 'kill' ? 1_000 : 5_000 + this.random() * 25_000;
      this.at(endsMs, () => this.raw.splice(this.raw.indexOf(found), 1));
      this.replace(pod);
    }
    if (this.fault?.at === 'after') throw new Error('no answer');
    return 'done';
  }

  private change(workload: string, mode: 'restart' | 'scale', dryRun: boolean, scale?: Scale): Changed {
    if (this.fault?.at === 'before') throw new Error('no answer');
    const name = nameOf(workload);
    if (!dryRun) {
      this.changes.push([mode, name, scale?.replicas].filter((word) => word !== undefined).join(' '));
      if (scale) this.scaleTo(name, scale.replicas);
      else this.rollOut(name);
    }
    if (this.fault?.at === 'after') throw new Error('no answer');
    return { outcome: 'done', uid: `uid-${name}` };
  }

  private scaleTo(name: string, replicas: number): void {
    this.replicas[name] = replicas;
    const own = this.raw.filter((pod) => podOf(pod).workload.endsWith(`/${name}`));
    if (own.length < replicas) this.replace({ workload: `x/${name}` });
    for (const pod of own.slice(replicas)) this.end(pod);
  }

  /** Every pod anew, one after the other. */
  private rollOut(name: string): void {
    this.templates[name] = `t${this.changes.length}`;
    const old = this.raw.filter((pod) => podOf(pod).workload.endsWith(`/${name}`));
    old.forEach((pod, index) =>
      this.at(index * 25_000, () => {
        this.replace({ workload: `x/${name}` });
        this.at(21_000, () => (this.stuck ? undefined : this.end(pod)));
      }),
    );
  }

  private end(pod: RawPod): void {
    pod.metadata.deletionTimestamp = new Date(this.nowMs).toISOString();
    this.at(5_000 + this.random() * 20_000, () => this.raw.splice(this.raw.indexOf(pod), 1));
  }

  private replace({ workload }: Pick<Pod, 'workload'>): void {
    this.born += 1;
    const name = nameOf(workload);
    const next = deploymentPod(name, `new${this.born}`, this.nowMs, this.templates[name]);
    const ready = next.status!.conditions![0]!;
    ready.status = 'False';
    const isPlaced = this.nodes.place(next, this.raw);
    this.raw.push(next);
    if (!this.stuck && isPlaced) this.at(2_000 + this.random() * 18_000, () => (ready.status = 'True'));
  }

  private at(inMs: number, act: () => void): void {
    this.later.push({ atMs: this.nowMs + inMs, act });
  }
}

function nameOf(workload: string): string {
  return workload.split('/')[1] ?? '';
}

/** Time between two looks of the reaper. */
export const turnMs = 2_000;

/** Lets a reaper look at a cluster for a while of its clock, every {@link turnMs}; returns what held it back at each look. */
export function run(cluster: FakeCluster, reaper: Reaper, forMs: number): Guard[] {
  const found: Guard[] = [];
  for (let at = 0; at < forMs; at += turnMs) {
    found.push(reaper.check());
    cluster.advance(turnMs);
  }
  return found;
}

/** What was counted of a kind, in order. */
export function counted(cluster: FakeCluster, what: string): string[] {
  return cluster.counts.filter((line) => line.startsWith(`${what} `));
}
