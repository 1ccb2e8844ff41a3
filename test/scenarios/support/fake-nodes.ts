import type { Removal } from '../../../scenarios/chaos-bodies';
import { cordonChange, type Node, type RawNode, uncordonChange } from '../../../scenarios/chaos-nodes';
import type { RawPod } from '../../../scenarios/chaos-victims';

/** A node that is ready, with the label that lets it be drained unless there are others. */
export function fakeNode(
  name: string,
  labels: Record<string, string> = { 'chaos.continuous-load/enabled': 'true' },
): RawNode {
  return {
    metadata: { name, uid: `uid-${name}`, resourceVersion: '1', labels, annotations: {} },
    spec: {},
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

/** Nodes that take merge patches as the API server does, and pods by turns. */
export class FakeNodes {
  raw: RawNode[] = [];
  /** Cordons and what took them back, in order: `cordon n1`. */
  readonly changes: string[] = [];
  private version = 1;

  /** Gives a pod to the node that may take it and has the fewest; without nodes pods have none. */
  place(pod: RawPod, pods: readonly RawPod[]): boolean {
    if (this.raw.length === 0) return true;
    const count = (name: string) => pods.filter(({ spec }) => spec?.nodeName === name).length;
    const [node] = this.raw
      .filter(({ spec }) => spec?.unschedulable !== true)
      .map(({ metadata: { name } }) => name)
      .sort((a, b) => count(a) - count(b));
    if (node !== undefined) pod.spec = { nodeName: node };
    return node !== undefined;
  }

  /** Names of those that take no pods. */
  cordoned(): string[] {
    return this.raw.filter(({ spec }) => spec?.unschedulable).map(({ metadata }) => metadata.name);
  }

  cordon(node: Node, me: string, dryRun: boolean): Removal {
    return this.patch('cordon', node, cordonChange(node, me, dryRun).body, dryRun);
  }

  uncordon(node: Node): Removal {
    return this.patch('uncordon', node, uncordonChange(node).body, false);
  }

  /** Somebody else changes a node: its version goes on. */
  touch(name: string, change: (node: RawNode) => void): void {
    const found = this.raw.find(({ metadata }) => metadata.name === name)!;
    change(found);
    found.metadata.resourceVersion = String((this.version += 1));
  }

  private patch(what: string, { name }: Node, body: object, dryRun: boolean): Removal {
    const { metadata, spec } = body as Required<Pick<RawNode, 'metadata' | 'spec'>>;
    const found = this.raw.find((node) => node.metadata.name === name);
    if (found?.metadata.resourceVersion !== metadata.resourceVersion) return 'gone';
    if (dryRun) return 'done';
    this.changes.push(`${what} ${name}`);
    this.touch(name, (node) => {
      node.metadata.annotations = withoutNulls({ ...node.metadata.annotations, ...metadata.annotations });
      node.spec = withoutNulls({ ...node.spec, ...spec });
    });
    return 'done';
  }
}

/** RFC 7386: what is null goes. */
function withoutNulls<T extends object>(merged: T): T {
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null)) as T;
}
