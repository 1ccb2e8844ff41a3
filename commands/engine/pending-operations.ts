import { z } from 'zod';
import type { Progress } from '../../lab/progress';
import type { Stack } from '../stack/stack';
import type { Interruption } from '../terminal/interruption';
import { runEngine, tellEngine, type Engine } from './engine';

const stateSchema = z.looseObject({
  deployment: z
    .looseObject({
      resources: z.array(z.looseObject({ urn: z.string() })).nullish(),
      pending_operations: z
        .array(z.looseObject({ type: z.string(), resource: z.looseObject({ urn: z.string() }) }))
        .nullish(),
    })
    .nullable(),
});

/** What `pulumi stack export` prints, as far as it matters here. */
export type ExportedState = z.infer<typeof stateSchema>;

/** Something an engine was doing when it died. */
export interface PendingOperation {
  /** `creating`, `updating`, `deleting`, … */
  readonly type: string;
  readonly urn: string;
}

/** Reads an exported state. Throws when it is none. */
export function parseState(json: string): ExportedState {
  return stateSchema.parse(JSON.parse(json));
}

/** What was under way when the last engine died. */
export function pendingOperations(state: ExportedState): PendingOperation[] {
  return (state.deployment?.pending_operations ?? []).map(({ type, resource }) => ({
    type,
    urn: resource.urn,
  }));
}

/** The number of resources in a state, without the stack's own entry. */
export function resourceCount(state: ExportedState): number {
  return (state.deployment?.resources ?? []).filter(({ urn }) => !urn.includes('::pulumi:pulumi:Stack::'))
    .length;
}

/** The state without its unfinished creations; the next update makes them again, which adopts what is there under a fixed name. */
export function withoutPendingCreates(state: ExportedState): ExportedState {
  const { deployment } = state;
  if (!deployment) return state;
  const kept = (deployment.pending_operations ?? []).filter(({ type }) => type !== 'creating');
  return { ...state, deployment: { ...deployment, pending_operations: kept } };
}

/** `Deployment source (creating)` for each operation, at most five by name. */
export function describePending(operations: readonly PendingOperation[]): string {
  const most = 5;
  const names = operations.slice(0, most).map(({ type, urn }) => {
    const [kind, name] = urn.split('::').slice(2);
    return `${kind?.split(':').at(-1) ?? kind ?? ''} ${name ?? ''} (${type})`;
  });
  return names.join(', ') + (operations.length > most ? ` and ${operations.length - most} more` : '');
}

/**
 * Settles what an engine that died left unfinished: a refresh reads what is really there and drops pending creations, which Pulumi
 * otherwise keeps for good outside a terminal. When the refresh cannot be done, they are dropped from the state directly.
 */
export async function settlePending(
  engine: Engine,
  stack: Stack,
  interruption: Interruption,
  progress: Progress,
): Promise<void> {
  const state = parseState(await tellEngine(engine, stack, ['stack', 'export', '--stack', stack.name]));
  const operations = pendingOperations(state);
  if (operations.length === 0) return;
  progress.note(
    `the last run was cut short: ${describePending(operations)}; what is really there is read first`,
  );
  progress.end();
  const refresh = ['refresh', '--yes', '--skip-preview', '--clear-pending-creates', '--stack', stack.name];
  const code = await runEngine(engine, [...refresh, '--config-file', stack.configFile], interruption);
  if (code === 0) return;
  progress.note('the refresh failed; unfinished creations are dropped from the state and made again');
  const current = parseState(await tellEngine(engine, stack, ['stack', 'export', '--stack', stack.name]));
  const mended = JSON.stringify(withoutPendingCreates(current));
  await tellEngine(engine, stack, ['stack', 'import', '--stack', stack.name], mended);
}
