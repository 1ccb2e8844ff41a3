import { duration } from './fields';
import { dayMs } from './units';

/** How long samples are kept, in milliseconds: a day to three years. */
export const retention = () => duration({ min: dayMs, max: 1100 * dayMs, mend: 'write for example 35d' });
