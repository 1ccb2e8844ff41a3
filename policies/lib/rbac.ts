import { at, list, shown, text } from './data';
import type { KubernetesObject } from './objects';

/** One rule of a Role or ClusterRole. */
export interface Permission {
  readonly verbs: readonly unknown[];
  readonly resources: readonly unknown[];
  readonly groups: readonly unknown[];
  /** As messages show it: `delete of pods`. */
  readonly words: string;
}

/** What a Role or ClusterRole allows; nothing for other kinds. */
export function permissions({ kind, value }: KubernetesObject): readonly Permission[] {
  if (kind !== 'Role' && kind !== 'ClusterRole') return [];
  return list(at(value, 'rules')).map((rule) => {
    const [verbs, resources] = [list(at(rule, 'verbs')), list(at(rule, 'resources'))];
    const what = resources.length > 0 ? resources : list(at(rule, 'nonResourceURLs'));
    return {
      verbs,
      resources: what,
      groups: list(at(rule, 'apiGroups')),
      words: `${verbs.map(word).join(', ')} of ${what.map(word).join(', ')}`,
    };
  });
}

/** Whether a permission allows any of these verbs. */
export function allows({ verbs }: Permission, wanted: readonly string[]): boolean {
  return verbs.some((verb) => verb === '*' || wanted.includes(String(verb)));
}

function word(value: unknown): string {
  return text(value) ?? shown(value);
}
