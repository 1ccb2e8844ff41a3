import { z } from 'zod';
import type { Stack } from '../stack/stack';
import { askEngine, type Engine } from './engine';

const historySchema = z.array(z.looseObject({ resourceChanges: z.record(z.string(), z.number()).nullish() }));

const words: Readonly<Record<string, string>> = {
  create: 'created',
  update: 'updated',
  replace: 'replaced',
  delete: 'deleted',
  refresh: 'refreshed',
  import: 'imported',
};

/** What the newest entry of `pulumi stack history --json` did, in one sentence. */
export function describeLastUpdate(history: string): string {
  const [newest] = historySchema.parse(JSON.parse(history));
  const changes = Object.entries(newest?.resourceChanges ?? {}).filter(
    ([kind, count]) => kind !== 'same' && count > 0,
  );
  if (changes.length === 0) return 'Nothing changed.';
  return `Changed: ${changes.map(([kind, count]) => `${count} ${words[kind] ?? kind}`).join(', ')}.`;
}

/** Reads and describes the last update of a stack; undefined when the backend tells no history. */
export async function lastUpdate(engine: Engine, stack: Stack): Promise<string | undefined> {
  const { code, stdout } = await askEngine(engine, stack, [
    'stack',
    'history',
    '--stack',
    stack.name,
    '--json',
    '--page-size',
    '1',
  ]);
  return code === 0 ? describeLastUpdate(stdout) : undefined;
}
