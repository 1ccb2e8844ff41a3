import type { Change } from '../provider';
import { ApiError } from './api-error';

// Wordings of the API server's validation for changes it never accepts (k8s.io/kubernetes pkg/apis/**/validation, apimachinery
// ValidateImmutableField, CEL transition rules of CRDs by convention).
const wordings =
  /immutable|may not change|cannot change|can ?not be changed|may not be (changed|updated|unset)|pod updates may not|updates to .* (are |is )?forbidden|updates to \w+ spec for fields other than|is immutable after/i;

/** Fields in which a dry-run was refused because they can never change; empty when it failed for another reason. */
export function immutableFields(error: unknown): string[] {
  if (!(error instanceof ApiError) || error.code !== 422) return [];
  if (error.causes.length === 0) return wordings.test(error.message) ? [''] : [];
  // A wrong value beside it must be shown as such, not hidden by a replacement that would fail too.
  if (!error.causes.every(({ message }) => wordings.test(message))) return [];
  return error.causes.map(({ field }) => (field === '<nil>' ? '' : field));
}

const normal = (path: string): string => path.replace(/\["?([^\]"]+)"?\]/g, '.$1');

/** Marks the changes at or around the refused fields as replacing; all of them when the server's field matches none. */
export function markReplaced(changes: readonly Change[], fields: readonly string[]): Change[] {
  if (fields.length === 0) return [...changes];
  const hit = ({ path }: Change): boolean =>
    fields.some((field) => {
      const [a, b] = [normal(path), normal(field)];
      return b === '' || a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
    });
  const some = changes.some(hit);
  return changes.map((change) => (!some || hit(change) ? { ...change, replace: true } : change));
}

/** Settings of the provider that make contents changeable in place. */
export interface Mutability {
  readonly configMaps: boolean;
  readonly secrets: boolean;
}

const group = (apiVersion: unknown): string =>
  typeof apiVersion === 'string' && apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';

/**
 * Whether a change needs a new object although a dry-run cannot tell: another identity, or contents that the official provider
 * replaces so that what mounts them rolls (`enableConfigMapMutable`, `enableSecretMutable` switch that off).
 */
export function replacesByRule(
  path: string,
  kind: unknown,
  apiVersions: { readonly before: unknown; readonly after: unknown },
  mutable: Mutability,
): boolean {
  if (/^(kind|metadata\.(name|namespace|generateName))$/.test(path)) return true;
  if (path === 'apiVersion') return group(apiVersions.before) !== group(apiVersions.after);
  if (kind === 'ConfigMap' && !mutable.configMaps) return /^(data|binaryData|immutable)\b/.test(path);
  if (kind === 'Secret' && !mutable.secrets) return /^(type|data|stringData|immutable)\b/.test(path);
  return false;
}
