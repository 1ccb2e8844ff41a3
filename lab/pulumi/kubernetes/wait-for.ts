import type { KubernetesObject } from './object';
import { condition } from './readiness';

type Test = (object: KubernetesObject) => boolean;

function steps(path: string): (string | number)[] {
  const found: (string | number)[] = [];
  let rest = path.replace(/^\$/, '');
  while (rest !== '') {
    const match = /^(?:\.?([A-Za-z_][\w-]*)|\[(\d+)\]|\[['"]([^'"]+)['"]\])/.exec(rest);
    if (!match) throw new Error(`pulumi.com/waitFor: cannot read \`${rest}\` in the JSON path \`${path}\``);
    found.push(match[2] === undefined ? (match[1] ?? match[3] ?? '') : Number(match[2]));
    rest = rest.slice(match[0].length);
  }
  return found;
}

function parseOne(text: string): Test {
  const byCondition = /^condition=([^=]+)(?:=(.*))?$/.exec(text);
  if (byCondition) {
    const [, type = '', status = 'True'] = byCondition;
    return (object) => condition(object, type)?.status?.toLowerCase() === status.toLowerCase();
  }
  const byPath = /^jsonpath=\{(.+)\}(?:=(.*))?$/.exec(text);
  if (!byPath) throw new Error(`pulumi.com/waitFor: cannot read \`${text}\``);
  const path = steps(byPath[1] ?? '');
  return (object) => {
    const value = path.reduce<unknown>(
      (at, step) =>
        typeof at === 'object' && at !== null ? (at as Record<string | number, unknown>)[step] : undefined,
      object,
    );
    if (byPath[2] === undefined) return value !== undefined;
    return (typeof value === 'string' ? value : JSON.stringify(value)) === byPath[2];
  };
}

/**
 * What an object with the annotation `pulumi.com/waitFor` still lacks; undefined when it has all.
 * @param text `condition=Type[=Status]`, `jsonpath={.a.b[0]}[=value]`, or a JSON array of these. Filters and wildcards are refused.
 */
export function waitingFor(object: KubernetesObject, text: string): string | undefined {
  const all = text.trimStart().startsWith('[') ? (JSON.parse(text) as string[]) : [text];
  const missing = all.find((one) => !parseOne(one)(object));
  return missing === undefined ? undefined : `waiting for ${missing}`;
}
