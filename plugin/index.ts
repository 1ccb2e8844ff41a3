/** Components of continuous-load for other programs, in any language of Pulumi's: see docs/components.md. */
export { ContinuousLoad } from './continuous-load';
export { Dashboard } from './dashboard';
export { LoadInjector } from './load-injector';
export { PodinfoPair } from './podinfo-pair';
export type * from './args/continuous-load';
export type * from './args/dashboard';
export type * from './args/load-injector';
export type * from './args/podinfo-pair';
