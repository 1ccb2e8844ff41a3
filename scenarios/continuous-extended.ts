/** Entry script for k6 with the extension `k6/x/netprobe`, which a released k6 refuses to import. */
import { httpRepeats, watchLag } from 'k6/x/netprobe';
import { extendedProbers } from './extended-probers.ts';
import { injector } from './injector.ts';
import { watchLagBy } from './lag-meter.ts';
import { countRepeatsBy } from './repeats.ts';
import { stockProbers } from './stock-probers.ts';

countRepeatsBy(httpRepeats);
watchLagBy(watchLag);

const made = injector({ ...stockProbers, ...extendedProbers });

export const options = made.options;
export const zero = made.zero;
export const idle = made.idle;
export const probe = made.probe;
