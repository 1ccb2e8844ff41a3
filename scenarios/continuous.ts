/** Entry script of the continuous injector for k6 as it is released; its data is `config.json` beside it. */
import { injector } from './injector.ts';
import { stockProbers } from './stock-probers.ts';

const made = injector(stockProbers);

export const options = made.options;
export const zero = made.zero;
export const idle = made.idle;
export const probe = made.probe;
