// Made by `npx tsx plugin/docs.ts` from the schemas in settings/: change those, not this file.

/** The one switch and the cap over all paths. */
export interface LoadArgs {
  /** The one switch: false stops all load and its alerts. Must be true or false. Default true. */
  enabled?: boolean;
  /** Cap on the sum of all rates. Must be a number from 1 to 10000, probes per second over all paths. Default 100. */
  maxRate?: number;
  /** Cap on the sum of the rates of targets, which are others’ to keep up. Must be a number from 0.1 to 10000, probes per second over all targets of your own. Default 20. */
  maxTargetRate?: number;
}
