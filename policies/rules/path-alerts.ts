import { injectors } from '../lib/injector';
import type { KubernetesObject } from '../lib/objects';
import { stackRule, type Problem } from '../lib/rule';
import { alertsOf, ruleObjects, rulesOf } from '../lib/rules-of';
import type { Stack } from '../lib/stack';

/** What must be noticed on each path, and by which alert. */
const wanted = {
  'that it is down': 'PathDown',
  'that nothing is measured': 'ProbesMissing',
  'that its budget burns fast': 'SloFastBurn',
  'that its budget burns slowly': 'SloSlowBurn',
  'that it is slow': 'LatencyBurn',
};

/** Settings of {@link pathAlerts}. */
interface Names {
  readonly alerts: Readonly<Record<string, string>>;
}

/** Paths that are watched from every side, and no alerts on paths that nobody probes. */
export const pathAlerts = stackRule<Names>({
  name: 'path-alerts',
  description: 'Every path has alerts for down, missing and burn, and every path with alerts is probed.',
  mend: 'Make the rules and the injector from one SignalModel (signals/rules.ts, signals/injector.ts).',
  level: 'mandatory',
  settings: {
    alerts: {
      type: 'object',
      description: 'What must be noticed of each path → name of the alert.',
      default: wanted,
    },
  },
  judgeStack: (stack, { alerts }) => {
    const probed = probedPaths(stack);
    const expected = expectedPaths(stack);
    // Without the rules of paths (another monitoring, or none) there is nothing to compare with.
    if (expected.size === 0 && pathsWithAlerts(stack).size === 0) return [];
    return [
      ...[...new Map([...expected, ...probed])].flatMap(([path, object]) =>
        notNoticed(stack, path, object, alerts),
      ),
      ...(probed.size === 0 ? [] : [...expected])
        .filter(([path]) => !probed.has(path))
        .map(([path, object]) => ({
          object,
          problem: `path ${path} is expected (path_info) and no injector probes it`,
        })),
    ];
  },
});

function notNoticed(
  stack: Stack,
  path: string,
  object: KubernetesObject,
  alerts: Names['alerts'],
): Problem[] {
  const there = ruleObjects(stack)
    .flatMap(alertsOf)
    .filter(({ labels }) => labels['path'] === path);
  return Object.entries(alerts)
    .filter(([, name]) => !there.some(({ alert }) => alert === name))
    .map(([what, name]) => ({ object, problem: `nothing tells of path ${path} ${what} (no alert ${name})` }));
}

/** Paths that the rules say must be probed. */
function expectedPaths(stack: Stack): Map<string, KubernetesObject> {
  const infos = ruleObjects(stack)
    .flatMap(rulesOf)
    .filter(({ record }) => record === 'path_info');
  return new Map(
    infos.flatMap(({ labels, object }) =>
      labels['path'] === undefined ? [] : [[labels['path'], object] as const],
    ),
  );
}

function probedPaths(stack: Stack): Map<string, KubernetesObject> {
  return new Map(
    injectors(stack)
      .filter(({ enabled }) => enabled)
      .flatMap(({ object, probes }) => probes.map(({ path }) => [path, object] as const)),
  );
}

function pathsWithAlerts(stack: Stack): Set<string> {
  const paths = ruleObjects(stack)
    .flatMap(alertsOf)
    .flatMap(({ labels }) => labels['path'] ?? []);
  return new Set(paths);
}
