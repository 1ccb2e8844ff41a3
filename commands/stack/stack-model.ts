import { RunError } from '@pulumi/pulumi';
import { readSettings } from '../../settings';
import type { SignalModel } from '../../signals/model';
import { Failure } from '../terminal/failure';
import { programConfig } from './stack-config';
import type { Stack } from './stack';

/**
 * The signal model that a config leads to, read as the program reads it. Throws a Failure with every mistake of the config at once,
 * so that a wrong one costs seconds and not a compilation.
 */
export function stackModel(stack: Stack, configText: string): SignalModel {
  try {
    return readSettings(stack.name, programConfig(configText, stack.sourceFile)).model;
  } catch (error) {
    if (RunError.isInstance(error)) throw new Failure(error.message);
    throw error;
  }
}
