import { parseDuration } from '../../settings/units';
import { describeProblems } from '../../settings/problem';
import type { SignalModel } from '../../signals/model';
import { judgeConfig, stackModel } from '../stack/stack-model';
import type { Stack } from '../stack/stack';
import { basename } from 'node:path';
import { Failure } from '../terminal/failure';

/** Mistakes in what was asked, gathered so that all of them are told at once. */
export class Mistakes {
  readonly #found: string[] = [];

  /** Notes one: a sentence with the option, what it has, and what it may have. */
  add(mistake: string): void {
    // the same file may be read as both what is and what is wanted
    if (!this.#found.includes(mistake)) this.#found.push(mistake);
  }

  /** What a step gives; a Failure of it is one more mistake, and the answer undefined. */
  try<T>(step: () => T): T | undefined {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.add(error.message);
      return undefined;
    }
  }

  /** A duration within bounds, in milliseconds; undefined where it is none. */
  duration(option: string, text: string, [least, most]: readonly [string, string]): number | undefined {
    const ms = parseDuration(text);
    const bounds = [parseDuration(least) ?? 0, parseDuration(most) ?? Infinity] as const;
    if (ms !== undefined && ms >= bounds[0] && ms <= bounds[1]) return ms;
    this.add(`${option} ${text}: write a duration from ${least} to ${most} with its unit, for example 7d.`);
    return undefined;
  }

  /** The address of a Prometheus. */
  address(text: string | undefined): string | undefined {
    if (text === undefined) return undefined;
    if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
    this.add(`--prometheus ${text}: write its whole address, for example http://127.0.0.1:9090.`);
    return undefined;
  }

  /** The model of a config; every mistake of the config is one of these. */
  model(stack: Stack, config: string, file: string): SignalModel | undefined {
    const problems = judgeConfig(stack, config);
    if (problems.length === 0) return stackModel(stack, config);
    this.add(describeProblems(stack.name, problems, basename(file)));
    return undefined;
  }

  /** Throws a Failure that tells all of them, if there are any. */
  refuse(): void {
    if (this.#found.length > 0) throw new Failure(this.#found.join('\n'));
  }
}
