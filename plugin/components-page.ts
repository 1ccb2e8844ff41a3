import type { AnalyzeResult } from '@pulumi/pulumi/provider/experimental/analyzer';
import { dirname, join } from 'node:path';
import { readFileSync } from 'node:fs';
import { Analyzer } from '@pulumi/pulumi/provider/experimental/analyzer';
import { sections } from '../settings/schema';
import { parts } from './parts';

type Component = AnalyzeResult['components'][string];

/** A property, as far as the page and the tests look. */
export interface Property {
  readonly type?: string;
  readonly $ref?: string;
  readonly items?: Property;
  readonly additionalProperties?: Property;
  readonly optional?: boolean;
  readonly plain?: boolean;
  readonly description?: string;
}

/** The page that has the tables, from the root of the repository. */
export const pageFile = 'docs/components.md';

/** What Pulumi infers of the package, as its host of component packages does for every other language. Takes seconds. */
export function inferred(): AnalyzeResult {
  const manifest = JSON.parse(readFileSync(join(__dirname, 'package.json'), 'utf8')) as { name: string };
  return new Analyzer(__dirname, manifest.name, manifest, new Set(Object.keys(parts))).analyze();
}

/** The page with the tables of all components as their schema has them; everything else as it is. */
export async function componentsPage(page: string, { components }: AnalyzeResult): Promise<string> {
  const { format, resolveConfig } = await import('prettier');
  const tables = Object.keys(parts).map((name) => {
    const component = components[name];
    if (component === undefined) throw new Error(`Pulumi finds no component ${name}`);
    return section(component);
  });
  const marked = /(<!-- tables[^>]*-->)[^]*(<!-- end of the tables -->)/;
  if (!marked.test(page)) throw new Error(`${pageFile} has no place for the tables`);
  const text = page.replace(marked, (_, begin: string, end: string) => [begin, ...tables, end].join('\n\n'));
  const root = join(dirname(__dirname), pageFile);
  return format(text, { ...(await resolveConfig(root)), parser: 'markdown' });
}

function section({ name, description = '', inputs, outputs }: Component): string {
  return [`### ${name}`, oneLine(description), table('argument', inputs), table('output', outputs)].join(
    '\n\n',
  );
}

function table(what: string, properties: Readonly<Record<string, Property>>): string {
  const rows = Object.entries(properties).map(([name, property]) => {
    const needed = what === 'argument' && property.optional !== true ? ' Must be given.' : '';
    return `| \`${name}\` | ${what === 'argument' ? typeOf(name, property) : wordOf(property)} | ${oneLine(property.description ?? '').replaceAll('|', '\\|')}${needed} |`;
  });
  return [`| ${what} | type | |`, '| --- | --- | --- |', ...rows].join('\n');
}

/** A type; of a section of a stack's config the way to its keys. */
function typeOf(name: string, property: Property): string {
  const word = wordOf(property);
  return name in sections && !/^(string|number|boolean)$/.test(word)
    ? `[${word}](configuration.md#${name.toLowerCase()})`
    : word;
}

function wordOf({ type, $ref, items, additionalProperties }: Property): string {
  if (items) return `list of ${wordOf(items)}`;
  if (additionalProperties) return `map of ${wordOf(additionalProperties)}`;
  return type ?? $ref?.split(':').at(-1)?.replace(/Args$/, '') ?? '';
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();
