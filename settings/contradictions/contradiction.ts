import type { Problem } from '../problem';
import type { Config } from '../schema';

/** Fields that are right alone and wrong together. */
export interface Contradiction {
  /** Every field it looks at; it is left out while one of them is broken by itself. */
  readonly uses: readonly string[];
  /** The problems it finds; `value` is what the user sees as the value of `field`. */
  find(config: Config): readonly Problem[];
}
