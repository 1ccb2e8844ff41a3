// Made by `npx tsx plugin/docs.ts` from the schemas in settings/: change those, not this file.

import type { ResourcesArgs } from './shared';

/** The k6 pods that probe. */
export interface InjectorArgs {
  /** Pods of k6 that share the rates. Must be a whole number from 2 to 20. Default 2. */
  replicas?: number;
  /** How often k6 pushes what it counted. Must be a duration from 1s to 10s with its unit (ms, s, m, h, d, w). Default 2s. */
  exportInterval?: string;
  /** Cap on virtual users; refused where it is less than the rates and timeouts need. Must be a whole number from 1 to 10000, virtual users that one injector may have at most. Left out: rate × timeout + 20 %, over all probes. */
  maxVUs?: number;
  /** Certificates of further authorities that the injectors trust, for targets over https. Must be certificates in PEM, from BEGIN CERTIFICATE to END CERTIFICATE. Left out: those of the cluster and of the image of k6. */
  authorities?: string[];
  /** What one injector is sure of and may take; a starved one counts error, reason lag. */
  resources?: ResourcesArgs;
}
