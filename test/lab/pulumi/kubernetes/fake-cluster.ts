import type { Cluster } from '../../../../lab/pulumi/kubernetes/cluster';
import type { KubernetesObject } from '../../../../lab/pulumi/kubernetes/object';
import type { Operation } from '../../../../lab/pulumi/provider';

/** A cluster that answers from lists: `live` are the states of the one object that is watched, the last one for ever. */
export class FakeCluster {
  /** What was listed, as `Kind query`. */
  readonly listed: string[] = [];

  constructor(
    private readonly live: (KubernetesObject | undefined)[],
    private readonly lists: Readonly<Record<string, (Partial<KubernetesObject> | object)[][]>> = {},
  ) {}

  async get(): Promise<KubernetesObject | undefined> {
    return this.live.length > 1 ? this.live.shift() : this.live[0];
  }

  /** Successive answers to lists of a kind; the last one for ever, none for a kind that is not served. */
  async list(_version: string, kind: string, namespace?: string, query: Record<string, string> = {}) {
    this.listed.push([namespace ?? '*', kind, query['labelSelector'] ?? ''].join(' ').trim());
    const answers = this.lists[kind] ?? [];
    return (answers.length > 1 ? answers.shift() : answers[0]) ?? [];
  }

  get cluster(): Cluster {
    return this as unknown as Cluster;
  }
}

/** An operation of a test: what it warned and said, and the way to cancel it. */
export function operation(timeoutSeconds = 5) {
  const cancel = new AbortController();
  const warned: string[] = [];
  const said: string[] = [];
  const value: Operation & { readonly id: string } = {
    urn: 'urn:pulumi:lab::p::kubernetes:core/v1:Service::x',
    type: 'kubernetes:core/v1:Service',
    name: 'x',
    id: 'n/x',
    preview: false,
    timeoutSeconds,
    signal: cancel.signal,
    status: (text) => void said.push(text),
    warn: (text) => void warned.push(text),
  };
  return { value, cancel, warned, said };
}
