import { basename } from 'node:path';
import { readSettings, type Settings } from '../../settings';
import { describeProblems, type Problem } from '../../settings/problem';
import { WrongConfig } from '../../settings/wrong-config';
import type { SignalModel } from '../../signals/model';
import { Failure } from '../terminal/failure';
import { programConfig } from './stack-config';
import type { Stack } from './stack';

/**
 * The signal model that a config leads to, read as the program reads it. Throws a Failure with every mistake of the config at once,
 * so that a wrong one costs seconds and not a compilation.
 */
export function stackModel(stack: Stack, configText: string): SignalModel {
  return stackSettings(stack, configText).model;
}

/** All settings that a config leads to; throws like {@link stackModel}. */
export function stackSettings(stack: Stack, configText: string): Settings {
  const { settings, problems } = judged(stack, configText);
  if (settings) return settings;
  throw new Failure(describeProblems(stack.name, problems, basename(stack.sourceFile)));
}

/** Every mistake of a config, as the program would find them. */
export function judgeConfig(stack: Stack, configText: string): readonly Problem[] {
  return judged(stack, configText).problems;
}

function judged(
  stack: Stack,
  configText: string,
): { readonly settings?: Settings; readonly problems: readonly Problem[] } {
  try {
    return { settings: readSettings(stack.name, programConfig(configText, stack.sourceFile)), problems: [] };
  } catch (error) {
    if (error instanceof WrongConfig) return { problems: error.problems };
    throw error;
  }
}
