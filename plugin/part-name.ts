/** Name of a component that other programs may use. */
export type PartName = 'ContinuousLoad' | 'LoadInjector' | 'PodinfoPair' | 'Dashboard';
