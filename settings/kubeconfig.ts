import { parse } from 'yaml';

/** Whether a kubeconfig is written by its contents; else it is the path of one. */
export function isContents(kubeconfig: string): boolean {
  return /[{\n]/.test(kubeconfig);
}

/** Names of the contexts of a kubeconfig by its contents; undefined where it is none, or has none. */
export function contextsOf(contents: string): string[] | undefined {
  const names = named(parsed(contents), 'contexts').map(({ name }) => name);
  return names.length > 0 && names.every((name) => typeof name === 'string') ? names : undefined;
}

/** Address of the API server that a context leads to, by default the current one; undefined where the contents do not say it. */
export function serverOf(contents: string, context?: string): string | undefined {
  const config = parsed(contents);
  const find = (list: string, name: unknown) => named(config, list).find((one) => one.name === name);
  const chosen = find('contexts', context ?? field(config, 'current-context'));
  const cluster = find('clusters', field(field(chosen, 'context'), 'cluster'));
  const server = field(field(cluster, 'cluster'), 'server');
  return typeof server === 'string' ? server : undefined;
}

function parsed(contents: string): unknown {
  try {
    return parse(contents, { logLevel: 'silent' });
  } catch {
    return undefined;
  }
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/** The entries of one of a kubeconfig's lists. */
function named(config: unknown, list: string): { readonly name: unknown }[] {
  const entries = field(config, list);
  return Array.isArray(entries)
    ? entries.map((one: unknown) => ({ ...(one as object | null), name: field(one, 'name') }))
    : [];
}
