import { nearest } from './nearest';
import { configNamespace, type Problem } from './problem';

/** Keys whose namespace is nearly ours: Pulumi takes any, so that a misspelt one would be left out without a word. */
export function findStrangers(keys: readonly string[]): Problem[] {
  return keys.flatMap((key) => {
    const [namespace = '', rest = ''] = key.split(/:(.*)/s);
    if (namespace === configNamespace || nearest(namespace, [configNamespace]) === undefined) return [];
    return [
      {
        field: key,
        foreign: true,
        unknownKey: true,
        allowed: `a key of ${configNamespace}, or of a provider`,
        mend: `write ${configNamespace}:${rest}`,
      },
    ];
  });
}
