// Made by `npx tsx plugin/docs.ts` from the schemas in settings/: change those, not this file.

import type { PodinfoArgs } from './podinfo';

/** Arguments of PodinfoPair. */
export interface PodinfoPairArgs {
  /** Source and target, the two hops under load. */
  podinfo?: PodinfoArgs;
}
