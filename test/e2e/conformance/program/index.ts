// The program of the conformance test. `PART` says which resources, `PHASE` what a step changes in them.
import { cluster } from './cluster';
import { crash } from './crash';
import { dynamic } from './dynamic';
import { foreign } from './foreign';
import { everyKind } from './kinds';
import { values } from './values';

const parts = { crash, dynamic, foreign, kinds: everyKind, values };

export = (): Record<string, unknown> => {
  const part = parts[process.env['PART'] as keyof typeof parts];
  return part(cluster(), process.env['PHASE'] ?? 'first');
};
