import exec from 'k6/execution';
import http from 'k6/http';
import type { RefinedResponse } from 'k6/http';
import { token } from 'k6/x/netprobe';
import { killEvent, removal, removalOutcome } from './chaos-bodies.ts';
import { type Change, restartChange, scaleChange, scalePath } from './chaos-churn.ts';
import type { ChaosConfig } from './chaos-config.ts';
import type { Signals } from './chaos-guards.ts';
import type { Lease } from './chaos-lease.ts';
import type { Changed, ChaosWorld } from './chaos-contract.ts';
import { cordonChange, listedNodes, type NodePage, uncordonChange } from './chaos-nodes.ts';
import { listPath, making, ownObjects, type RawObject, unmaking } from './chaos-objects.ts';
import * as recorder from './chaos-recorder.ts';
import type { RawPod } from './chaos-victims.ts';

/** Longest that the API server or Prometheus may take for one answer, in milliseconds. */
const timeoutMs = 2_000;

/** Where the reaper is and what it talks to. */
export interface Place {
  /** Name of its pod, and the UID. */
  me: string;
  uid: string;
  /** `https://HOST:PORT` of the API server, by address: chaos must not need the name service. */
  api: string;
  /** `http://HOST:PORT` of Prometheus. */
  prometheus: string;
}

/** The world as it is: the API server by the pod's own token, Prometheus, k6's counters. */
export function world(config: ChaosConfig, { me, uid: myUid, api, prometheus }: Place): ChaosWorld {
  const call = (
    method: string,
    path: string,
    body: object | null = null,
    type = 'application/json',
  ): RefinedResponse<'text'> =>
    http.request(method, `${api}${path}`, body === null ? null : JSON.stringify(body), {
      // The token is renewed in place every few minutes; k6 itself reads files only once.
      headers: {
        Authorization: `Bearer ${token()}`,
        Accept: 'application/json',
        'Content-Type': type,
      },
      timeout: timeoutMs,
      responseType: 'text',
      redirects: 0,
    });
  const changed = ({ path, body }: Change): Changed => {
    const answer = call('PATCH', path, body, 'application/merge-patch+json');
    const outcome = removalOutcome(answer.status);
    if (outcome === undefined) throw refusal(answer);
    const uid = outcome === 'done' ? uidOf(answer) : '';
    return { outcome, uid };
  };
  const leases = `/apis/coordination.k8s.io/v1/namespaces/${config.namespace}/leases`;
  const switchPath = `/api/v1/namespaces/${config.namespace}/configmaps/${config.switchName}`;
  return {
    me,
    nowMs: () => Date.now(),
    ranMs: () => exec.instance.currentTestRunDuration,
    random: () => Math.random(),
    halted: () =>
      (found(call('GET', switchPath)) as { data?: Record<string, string> } | undefined)?.data?.['halted'],
    readLease: () => found(call('GET', `${leases}/${config.lease}`)) as Lease | undefined,
    writeLease: (lease) => {
      const isNew = lease.metadata.resourceVersion === undefined;
      const answer = isNew ? call('POST', leases, lease) : call('PUT', `${leases}/${config.lease}`, lease);
      return answer.status === 409 ? undefined : (good(answer) as Lease);
    },
    signals: () => asked(prometheus, config.guardQuery),
    pods: (namespace) => {
      const selector = encodeURIComponent(config.selector);
      const answer = call('GET', `/api/v1/namespaces/${namespace}/pods?labelSelector=${selector}`);
      return (good(answer) as { items: RawPod[] }).items;
    },
    remove: (pod, mode) => {
      const { method, path, body } = removal(pod, mode, config.dryRun);
      const answer = call(method, path, body);
      const outcome = removalOutcome(answer.status);
      if (outcome === undefined) throw refusal(answer);
      return outcome;
    },
    restart: (workload) => changed(restartChange(workload, Date.now(), config.dryRun)),
    readScale: (workload) => {
      const read = found(call('GET', scalePath(workload))) as RawScale | undefined;
      if (read === undefined) return undefined;
      const { metadata, spec } = read;
      return { workload, replicas: spec.replicas ?? 0, resourceVersion: metadata.resourceVersion };
    },
    scale: (scale) => changed(scaleChange(scale, config.dryRun)),
    scaleBack: (scale) => changed(scaleChange(scale, false)).outcome,
    nodes: () => listedNodes((path) => good(call('GET', path)) as NodePage),
    cordon: (node) => changed(cordonChange(node, me, config.dryRun)).outcome,
    uncordon: (node) => changed(uncordonChange(node)).outcome,
    own: (mode) =>
      ownObjects(mode, (good(call('GET', listPath(mode, config))) as { items: RawObject[] }).items),
    make: (mode, name) => {
      const { method, path, body } = making(mode, name, { name: me, uid: myUid }, config);
      const answer = call(method, path, body);
      const outcome = removalOutcome(answer.status);
      if (outcome === undefined) throw refusal(answer);
      return { outcome, uid: outcome === 'done' ? uidOf(answer) : '' };
    },
    unmake: (mode, own) => {
      const { method, path, body } = unmaking(mode, own, config);
      const answer = call(method, path, body);
      const outcome = removalOutcome(answer.status);
      if (outcome === undefined) throw refusal(answer);
      return outcome;
    },
    tell: (victim, mode) => {
      const event = killEvent(victim, mode, config.dryRun, me, Date.now());
      good(call('POST', `/api/v1/namespaces/${victim.namespace}/events`, event));
    },
    recordZeros: recorder.zeroWorkload,
    recordCheck: recorder.countCheck,
    recordKill: recorder.countKill,
    recordSpared: recorder.countSpared,
    recordRecovery: recorder.noteRecovery,
    log: (text) => console.log(`chaos: ${text}`),
  };
}

/** The parts of an `autoscaling/v1` Scale that are looked at; no replicas are 0. */
interface RawScale {
  metadata: { resourceVersion: string };
  spec: { replicas?: number };
}

function uidOf(answer: RefinedResponse<'text'>): string {
  return (JSON.parse(answer.body) as { metadata: { uid: string } }).metadata.uid;
}

/** The samples of an instant query by their label `guard`; undefined where there is no whole answer. */
function asked(prometheus: string, query: string): Signals | undefined {
  const answer = http.post(
    `${prometheus}/api/v1/query`,
    { query },
    { timeout: timeoutMs, responseType: 'text' },
  );
  if (answer.status !== 200) return undefined;
  try {
    const { data } = JSON.parse(answer.body) as {
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    return Object.fromEntries(
      data.result.map(({ metric, value }) => [metric['guard'] ?? '', Number(value[1])]),
    );
  } catch {
    return undefined;
  }
}

/** The object of a good answer; undefined for one that is not there. Throws for every other answer. */
function found(answer: RefinedResponse<'text'>): unknown {
  return answer.status === 404 ? undefined : good(answer);
}

function good(answer: RefinedResponse<'text'>): unknown {
  if (answer.status < 200 || answer.status >= 300) throw refusal(answer);
  return JSON.parse(answer.body);
}

function refusal({ status, error, url, body, request }: RefinedResponse<'text'>): Error {
  const path = url.replace(/^https?:\/\/[^/]+/, '');
  return new Error(`${request.method} ${path}: ${status === 0 ? error : `${status} ${body.slice(0, 200)}`}`);
}
