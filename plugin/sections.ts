import type { Problem } from '../settings/problem';
import { pathNames } from '../signals/paths';
import type { PartName } from './part-name';
import { parts } from './parts';

type Raw = Readonly<Record<string, unknown>>;

/** Stands in for a receiver where a component pushes nothing. */
const noReceiver = { kind: 'none', otlp: { url: 'http://nobody.invalid/v1/metrics' } };

/** The config that a stack would have, made of a component's arguments; what the component does not take has its default, or is off. */
export function sectionsOf(part: PartName, args: Raw, stack: string): Raw {
  const { sections, onlyNamedPaths } = parts[part];
  const given = Object.fromEntries(
    sections.filter((section) => args[section] !== undefined).map((section) => [section, args[section]]),
  );
  return {
    ...given,
    // Which cluster it is says the provider.
    cluster: { kind: 'existing', name: clusterName(part, args, stack), context: 'of-the-provider' },
    ...(onlyNamedPaths ? { paths: onlyNamed(part === 'PodinfoPair' ? { service: {} } : args['paths']) } : {}),
    ...monitoringOf(part, args),
  };
}

/** What metrics call the cluster, where the component has a Prometheus of its own to say so. */
function clusterName(part: PartName, args: Raw, stack: string): unknown {
  return part === 'ContinuousLoad' ? (args['clusterName'] ?? stack) : 'of-the-provider';
}

function monitoringOf(part: PartName, args: Raw): Raw {
  switch (part) {
    case 'ContinuousLoad':
      return {};
    case 'LoadInjector':
      return { monitoring: { kind: 'none', otlp: args['otlp'] } };
    case 'PodinfoPair':
    case 'Dashboard':
      return { monitoring: noReceiver };
  }
}

/** Paths as written, switched on; all others switched off. What is no map is left for the schema to refuse. */
function onlyNamed(paths: unknown): unknown {
  if (paths !== undefined && !isMap(paths)) return paths;
  const off = Object.fromEntries(pathNames.map((name) => [name, { enabled: false }]));
  const on = Object.entries(paths ?? {}).map(
    ([name, path]) => [name, isMap(path) ? { enabled: true, ...path } : path] as const,
  );
  return { ...off, ...Object.fromEntries(on) };
}

function isMap(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A problem of a config in the words of a component's arguments. */
export function asArgument(part: PartName, problem: Problem): Problem {
  const { own } = parts[part];
  const renamed = own.find(
    ({ config }) => config !== undefined && `${problem.field}.`.startsWith(`${config}.`),
  );
  const field =
    renamed?.config === undefined
      ? problem.field
      : `${renamed.name}${problem.field.slice(renamed.config.length)}`;
  const mend = problem.mend.startsWith('set it with: pulumi config')
    ? 'read it from a secret of your own config'
    : problem.mend;
  return { ...problem, field, mend };
}
