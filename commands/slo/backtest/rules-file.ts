import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { expression, seconds } from '../../../policies/lib/promql';
import type { RuleGroup } from '../../../signals/rule-types';
import { Failure } from '../../terminal/failure';

const promql = z.coerce.string().refine((text) => expression(text).wrongAt === undefined, 'is no PromQL');
const duration = z.coerce
  .string()
  .refine((text) => seconds(text) !== undefined, 'is no duration of Prometheus, as 30s is');
const labels = z.record(z.string(), z.coerce.string());
const recording = z.strictObject({ record: z.string(), expr: promql, labels: labels.default({}) });
const alerting = z.strictObject({
  alert: z.string(),
  expr: promql,
  for: duration.optional(),
  keep_firing_for: duration.optional(),
  labels: labels.default({}),
  annotations: labels.default({}),
});
const rules = z.array(
  z.unknown().transform((raw, context): z.output<typeof alerting> | z.output<typeof recording> => {
    const isRecord = typeof raw === 'object' && raw !== null && 'record' in raw;
    const result = isRecord ? recording.safeParse(raw) : alerting.safeParse(raw);
    if (result.success) return result.data;
    for (const { path, message } of result.error.issues)
      context.addIssue({ code: 'custom', path: [...path], message });
    return z.NEVER;
  }),
);
const file = z.looseObject({
  groups: z
    .array(z.looseObject({ name: z.string(), interval: duration.default('1m'), rules }))
    .min(1, 'has no group'),
});

/**
 * The groups of a rule file, as Prometheus and `npm run rules` write it. Throws a Failure that says all that is wrong with it at once.
 * @param path relative to where npm was called
 */
export function readRulesFile(path: string): RuleGroup[] {
  const place = resolve(process.env['INIT_CWD'] ?? process.cwd(), path);
  let raw: unknown;
  try {
    raw = parse(readFileSync(place, 'utf8'));
  } catch (error) {
    throw new Failure(`--rules: ${place} cannot be read: ${(error as Error).message.split('\n')[0] ?? ''}.`);
  }
  const result = file.safeParse(raw);
  if (!result.success) {
    const mistakes = result.error.issues.map(
      ({ path: at, message }) => `  ✖ ${at.map(String).join('.') || 'the file'}: ${message}`,
    );
    throw new Failure(
      [
        `--rules: ${place} is no file of rules; \`npm run rules -- --out DIR\` writes one to begin with:`,
        ...mistakes,
      ].join('\n'),
    );
  }
  // zod writes undefined where a key is left out, which is no value of ours.
  return JSON.parse(JSON.stringify(result.data.groups)) as RuleGroup[];
}
