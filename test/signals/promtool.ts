import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { createProgress } from '../../lab/progress';
import { ensureHostProgram } from '../../lab/toolchain/host-programs';
import type { RuleGroup } from '../../signals/rules';

const run = promisify(execFile);

/** Longest that promtool may take to be compiled on first use, in milliseconds. */
export const promtoolPatienceMs = 600_000;

/** One series of a promtool test: `values` in promtool's notation. */
export interface InputSeries {
  series: string;
  values: string;
}

/** An alert expected to fire: only the labels beside the rule's own need to be said. */
export interface AlertCheck {
  eval_time: string;
  alertname: string;
  exp_alerts: { exp_labels: Record<string, string>; exp_annotations: Record<string, string> }[];
}

/** One scene: input and what must be so. */
export interface RuleTest {
  name: string;
  interval: string;
  input_series: InputSeries[];
  alert_rule_test?: AlertCheck[];
  promql_expr_test?: { expr: string; eval_time: string; exp_samples: { labels?: string; value: number }[] }[];
}

/** Path of promtool: of the host, of the cache, or compiled now. */
export async function promtool(): Promise<string> {
  return ensureHostProgram('promtool', createProgress());
}

/** Runs promtool; resolves to its output, rejects with output and exit code when it is not satisfied. */
export async function runPromtool(...args: string[]): Promise<string> {
  try {
    const { stdout, stderr } = await run(await promtool(), args, { maxBuffer: 1 << 26 });
    return stdout + stderr;
  } catch (failure) {
    const { stdout, stderr, code } = failure as { stdout?: string; stderr?: string; code?: number };
    throw new Error(`promtool ${args.join(' ')} exited with ${code}\n${stdout}${stderr}`, { cause: failure });
  }
}

/** `promtool check rules --lint=all` on groups. */
export async function checkRules(groups: RuleGroup[]): Promise<string> {
  return withFiles({ 'rules.yml': { groups } }, (file) =>
    runPromtool('check', 'rules', '--lint=all', '--lint-fatal', file('rules.yml')),
  );
}

/** `promtool test rules` on groups; all are evaluated every `evaluationInterval`, by default the fast group's. */
export async function testRules(
  groups: RuleGroup[],
  tests: RuleTest[],
  evaluationInterval = '5s',
): Promise<string> {
  const suite = {
    rule_files: ['rules.yml'],
    evaluation_interval: evaluationInterval,
    fuzzy_compare: true,
    group_eval_order: groups.map((group) => group.name),
    tests,
  };
  return withFiles({ 'rules.yml': { groups }, 'test.yml': suite }, (file) =>
    runPromtool('test', 'rules', file('test.yml')),
  );
}

/** `promtool query` style check of a bare expression: wrapped in a rule. */
export async function checkExpressions(expressions: string[]): Promise<string> {
  const rules = expressions.map((expr, index) => ({ record: `check:${index}:expr`, expr }));
  return checkRules([{ name: 'expressions', interval: '30s', rules }]);
}

async function withFiles<T>(
  files: Record<string, unknown>,
  use: (file: (name: string) => string) => Promise<T>,
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'promtool-'));
  const file = (name: string) => join(directory, name);
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(file(name), stringify(content));
    return await use(file);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
