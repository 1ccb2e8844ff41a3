import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { kubectl } from './kubectl';
import { logTail } from './machine';
import { labPaths, type LabSpec, nodeNames } from './spec';

/** Says what is being done, in a few words; the last word is the latest. */
export type Say = (message: string) => void;

const readyTimeoutMs = 180_000;

/** Waits until the API server is ready; throws with the end of its log. */
export async function apiReady(spec: LabSpec, say: Say): Promise<void> {
  say('waiting for the API server');
  const log = join(labPaths(spec.name).machine('cp').log, 'kube-apiserver.log');
  await eventually(
    () => kubectl(spec.name, ['get', '--raw', '/readyz']),
    readyTimeoutMs,
    () => [`the API server of lab ${spec.name} did not become ready; the end of ${log}:`, logTail(log)],
  );
}

/** Waits until every node is ready, and those just started have said so themselves since: the last word of a dead kubelet is "ready". */
export async function nodesReady(
  spec: LabSpec,
  say: Say,
  started: readonly string[],
  since: Date,
): Promise<void> {
  const conditions =
    '{range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}';
  const renewals = '{range .items[*]}{.metadata.name}={.spec.renewTime}{"\\n"}{end}';
  let said = '';
  const waiting = async () => {
    const ready = await pairs(spec, ['get', 'nodes'], conditions);
    const renewed = await pairs(spec, ['-n', 'kube-node-lease', 'get', 'leases'], renewals);
    const fresh = (node: string) => !started.includes(node) || new Date(renewed.get(node) ?? 0) > since;
    const missing = nodeNames(spec)
      .filter((node) => ready.get(node) !== 'True' || !fresh(node))
      .join(', ');
    if (missing === '') return;
    if (missing !== said) say(`waiting for ${(said = missing)}`);
    throw new Error(missing);
  };
  await eventually(waiting, readyTimeoutMs, (error) => {
    const log = join(labPaths(spec.name).machine(error.message.split(', ')[0] ?? '').log, 'init.log');
    return [
      `not ready: ${error.message}; beside the other logs of the first of them is ${log}, which ends with:`,
      logTail(log),
    ];
  });
}

async function pairs(
  spec: LabSpec,
  words: readonly string[],
  template: string,
): Promise<Map<string, string>> {
  const lines = (await kubectl(spec.name, [...words, '-o', `jsonpath=${template}`])).trim().split('\n');
  return new Map(lines.map((line) => line.split('=', 2) as [string, string]));
}

/** Repeats until it succeeds; after the time is over, throws the last error with what `explain` says. */
export async function eventually<T>(
  attempt: () => Promise<T>,
  timeoutMs: number,
  explain?: (error: Error) => string[],
): Promise<T> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > until)
        throw explain ? new Error(explain(error as Error).join('\n'), { cause: error }) : error;
      await sleep(200);
    }
  }
}
