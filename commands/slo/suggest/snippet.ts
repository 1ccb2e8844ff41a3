import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import { configNamespace } from '../../../settings/problem';
import { formatDuration } from '../../../settings/units';
import type { SignalModel } from '../../../signals/model';
import { ownConfig, setInConfig } from '../../stack/stack-config';
import type { Suggestion } from './suggestion';

/** What a config must be given for the suggested objectives. */
export interface ConfigChange {
  /** `path=value` as `--set` takes it, only of what is another value than now. */
  readonly assignments: readonly string[];
  /** The section `paths` with them, whole, as a stack's config file has it; empty where it stays as it is. */
  readonly snippet: string;
  /** The config with all of them. */
  readonly config: string;
}

/**
 * The change of a config by which its paths have the suggested objectives.
 * @param config the stack's config file
 * @param file its name, for messages
 */
export function configChange(
  model: SignalModel,
  suggestions: readonly Suggestion[],
  config: string,
  file: string,
): ConfigChange {
  const own = model.paths.filter(({ row }) => row?.own !== undefined).map(({ name }) => name);
  const assignments = suggestions.flatMap(({ path, present, suggested }) => {
    if (suggested === null) return [];
    const at = own.includes(path) ? `targets[${own.indexOf(path)}]` : `paths.${path}`;
    return [
      ...(suggested.availabilityPercent === present.availabilityPercent
        ? []
        : [`${at}.availability=${suggested.availabilityPercent}`]),
      ...(suggested.latencyBoundMs === present.latencyBoundMs
        ? []
        : [`${at}.latency.bound=${formatDuration(suggested.latencyBoundMs)}`]),
    ];
  });
  const changed = assignments.reduce((text, assignment) => setInConfig(text, assignment, file), config);
  const [before, after] = [config, changed].map((text) => ownConfig(text, file)['paths']);
  const snippet = isDeepStrictEqual(before, after)
    ? ''
    : stringify({ config: { [`${configNamespace}:paths`]: after } }).trimEnd();
  return { assignments, snippet, config: changed };
}
