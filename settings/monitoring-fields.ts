import { choice, duration } from './fields';
import { dayMs } from './units';

/** How long samples are kept, in milliseconds: a day to three years. */
export const retention = () => duration({ min: dayMs, max: 1100 * dayMs, mend: 'write for example 35d' });

/** The key by which the kinds of monitoring are told apart. */
export const kindField = <const Kind extends string>(kind: Kind) =>
  choice([kind], `write ${kind}`).describe('What watches: who keeps Prometheus and Alertmanager.');
