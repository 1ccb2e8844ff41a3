import { stringify } from 'yaml';
import type { ConfigEntry } from '../../settings/catalogue';
import { exampleOf } from '../../settings/example';
import { presetsOf } from '../../settings/presets';
import { configNamespace } from '../../settings/problem';
import { childrenOf, entriesOf } from './keys';
import { presentValue } from './present';

/** The stack whose values are shown beside what its keys mean. */
export interface ExplainedStack {
  readonly name: string;
  /** Base name of the file that its config is in. */
  readonly file: string;
  readonly isLab: boolean;
  /** Raw sections, secrets as Pulumi wrote them. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** What is to say of one key; the object that `--json` prints. */
export interface Explanation {
  readonly key: string;
  readonly form: ConfigEntry['form'];
  readonly description: string;
  /** Kinds of cluster that have the key; absent where all have it. */
  readonly kinds?: readonly string[];
  readonly type?: string;
  readonly unit?: string;
  readonly allowed?: string;
  readonly words?: readonly (string | number)[];
  readonly secret?: true;
  /** Whether what it is in cannot do without it. */
  readonly required?: true;
  readonly default?: unknown;
  /** What holds where it is left out, in words, in place of a default. */
  readonly leftOut?: string;
  /** Other defaults, by kind of cluster. */
  readonly presets?: Readonly<Record<string, unknown>>;
  /** A command that sets it for good. */
  readonly set?: string;
  /** The same as lines under `config:` of the stack's file. */
  readonly yaml?: string;
  /** A command that tries it for one run, on a stack with a lab. */
  readonly once?: string;
  /** What the stack's config has; absent where it is left out, or no stack was asked about. */
  readonly present?: unknown;
  /** Keys right under it, and all under these. */
  readonly keys?: readonly Explanation[];
}

/** Explains a key, or without one every section; a key that means several things comes once for each. Throws a Failure for an unknown key. */
export function explain(
  key: string | undefined,
  catalogue: readonly ConfigEntry[],
  stack?: ExplainedStack,
): readonly Explanation[] {
  const of = (entry: ConfigEntry, deep: boolean): Explanation => ({
    ...explanation(entry, key, catalogue, stack),
    ...(deep && (entry.form === 'section' || entry.form === 'list')
      ? { keys: childrenOf(entry.key, catalogue).map((child) => of(child, true)) }
      : {}),
  });
  if (key === undefined) return childrenOf('', catalogue).map((entry) => of(entry, false));
  return entriesOf(key, catalogue).map((entry) => of(entry, true));
}

function explanation(
  entry: ConfigEntry,
  written: string | undefined,
  catalogue: readonly ConfigEntry[],
  stack?: ExplainedStack,
): Explanation {
  const { key, form, description, kinds, facts, required, fallback, leftOut } = entry;
  const presets = presetsOf(key);
  const isValue = form === 'field' || form === 'values';
  // An index that was asked for is kept: monitoring.receivers[1].url.
  const asked = written !== undefined && /\[\d+\]/.test(written) ? written : key;
  const present = stack === undefined ? undefined : presentValue(stack.raw, asked, catalogue);
  return {
    key,
    form,
    description,
    ...(kinds.length > 0 ? { kinds } : {}),
    ...(facts
      ? {
          type: form === 'values' ? `list, each a ${facts.type}` : facts.type,
          ...(facts.unit === undefined ? {} : { unit: facts.unit }),
          allowed: form === 'values' ? `a list, each item ${facts.allowed}` : facts.allowed,
          ...(facts.words === undefined ? {} : { words: facts.words }),
          ...(facts.hidden ? { secret: true as const } : {}),
        }
      : {}),
    ...(required && isValue ? { required: true as const } : {}),
    ...(fallback === undefined || !isValue ? {} : { default: fallback }),
    ...(leftOut === undefined ? {} : { leftOut }),
    ...(presets.length === 0 || !isValue ? {} : { presets: Object.fromEntries(presets) }),
    ...(isValue ? commands(entry, stack) : {}),
    ...(present === undefined ? {} : { present }),
  };
}

function commands(entry: ConfigEntry, stack?: ExplainedStack): Pick<Explanation, 'set' | 'yaml' | 'once'> {
  const path = `${entry.key.replaceAll('[]', '[0]')}${entry.form === 'values' ? '[0]' : ''}`;
  const ofStack = stack === undefined ? '' : ` --stack ${stack.name}`;
  const set = (more: string, value: string) =>
    `pulumi config set${ofStack}${more} --path '${configNamespace}:${path}'${value}`;
  // Without a value Pulumi asks for it, so that it stands in no history of a shell.
  if (entry.facts?.hidden) return { set: set(' --secret', '') };
  const example = exampleOf(entry);
  const value = example === undefined ? '…' : quoted(String(example));
  const once = `npm run up -- --set ${quoted(`${path}=${example === undefined ? '…' : String(example)}`)}`;
  return {
    // A lab's state is not in the user's backend, where Pulumi would look for the stack.
    ...(stack?.isLab ? {} : { set: set('', ` ${value}`) }),
    ...(example === undefined ? {} : { yaml: yamlOf(entry, example) }),
    ...((stack?.isLab ?? true) && entry.form === 'field' ? { once } : {}),
  };
}

function yamlOf({ key, form }: ConfigEntry, example: unknown): string {
  const [section = '', ...rest] = key.split('.');
  const value = rest.reduceRight<unknown>(
    (inner, part) => (part.endsWith('[]') ? { [part.slice(0, -2)]: [inner] } : { [part]: inner }),
    form === 'values' ? [example] : example,
  );
  return stringify({ [`${configNamespace}:${section}`]: value }).trimEnd();
}

function quoted(text: string): string {
  return /^[\w./:%@=+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
