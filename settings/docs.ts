/** Makes `docs/configuration.md`, and what Pulumi.yaml says of each section, from the schemas: `tsx settings/docs.ts` writes both, a test checks them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, parseDocument } from 'yaml';
import { configCatalogue, type ConfigEntry } from './catalogue';
import { presets, presetsOf } from './presets';

const root = join(__dirname, '..');

/** Where the page lies, from the root of the repository. */
export const pageFile = 'docs/configuration.md';

/** The project file of Pulumi, from the root of the repository. */
export const projectFile = 'Pulumi.yaml';

/** Where more is told of a section than its keys. */
const more: Readonly<Record<string, string>> = {
  cluster: 'Each kind: [clusters](clusters.md).',
  paths:
    'One section for each path, with defaults of its own; the table is that of `service`, what differs stands below it. What is probed: [paths and alerts](paths-and-alerts.md#paths).',
  targets: 'With examples, what each reason means, and what is not done: [targets](targets.md).',
  nodeProber:
    'What it costs and measures: [nodeProber](operations.md#nodeprober), [node × node](paths-and-alerts.md#node--node).',
  images: 'How to build them: [echo, images](operations.md#echo-images).',
  gateway: 'What is not known of a gateway of your own: [gateway](operations.md#gateway).',
  monitoring:
    'Who is told: [receivers](operations.md#receivers). The long-term store: [counts for over a year](operations.md#counts-for-over-a-year).',
  dashboards: 'The three ways: [dashboards](dashboards.md#in-grafana).',
  mesh: 'What it makes, and what was run: [mesh](mesh.md).',
  networkPolicies: 'What each workload needs, and who keeps them: [network policies](network-policies.md).',
  chaos: 'What holds it back, how to stop it: [chaos](chaos.md).',
};

/** The page as formatted Markdown. */
export async function configurationPage(): Promise<string> {
  const { format, resolveConfig } = await import('prettier');
  const catalogue = configCatalogue();
  const names = topsOf(catalogue).map(({ key }) => key);
  const text = [head(names), ...names.map((name) => section(name, catalogue)), presetTable()].join('\n\n');
  return format(text, { ...(await resolveConfig(join(__dirname, 'docs.ts'))), parser: 'markdown' });
}

/** Pulumi.yaml with the descriptions of the sections as the schemas have them; everything else as it is. */
export async function describedProject(text: string): Promise<string> {
  const { format, resolveConfig } = await import('prettier');
  const document = parseDocument(text);
  const declared = document.get('config');
  const catalogue = configCatalogue();
  if (!isMap(declared)) throw new Error(`${projectFile} has no map \`config\``);
  for (const { key, description } of topsOf(catalogue)) {
    const keys = keysRightUnder(key, catalogue);
    const list = keys.length > 0 && key !== 'paths' ? ` Keys: ${keys.join(', ')}.` : '';
    if (declared.has(key)) declared.setIn([key, 'description'], `${description}${list}`);
  }
  return format(document.toString({ lineWidth: 0 }), {
    ...(await resolveConfig(join(__dirname, 'docs.ts'))),
    parser: 'yaml',
  });
}

function topsOf(catalogue: readonly ConfigEntry[]): readonly ConfigEntry[] {
  return catalogue.filter(({ key }) => !key.includes('.'));
}

function keysRightUnder(section: string, catalogue: readonly ConfigEntry[]): string[] {
  const names = catalogue
    .filter(({ key }) => key.startsWith(`${section}.`))
    .map(({ key }) => /^[^.[]+/.exec(key.slice(section.length + 1))?.[0] ?? '');
  return [...new Set(names)];
}

function head(names: readonly string[]): string {
  return `# Configuration

<!-- Made by \`npx tsx settings/docs.ts\` from the schemas in settings/: change those, not this page. -->

Every key of a stack's config, \`Pulumi.<stack>.yaml\`, under \`continuous-load:\`: ${names.map((name) => `[${name}](#${name.toLowerCase()})`).join(', ')}. Only \`cluster\` must be written.

\`\`\`
npm run config -- explain paths.service.rate --stack lab   what a key is for, and what the stack has
npm run config -- check prod                               every mistake at once, without a cluster
npm run -s config -- schema > config.schema.json           JSON Schema, for editors
\`\`\`

With that schema an editor with the YAML language server (VS Code's YAML extension, Neovim) completes keys and marks mistakes. Its first line in \`Pulumi.<stack>.yaml\` says where it is:

\`\`\`yaml
# yaml-language-server: $schema=config.schema.json
\`\`\`

It knows keys, types, words and the bounds of plain numbers; bounds of durations and sizes, and what only several keys together make wrong, are told by \`check\`.

Durations carry a unit (\`ms\`, \`s\`, \`m\`, \`h\`, \`d\`, \`w\`), sizes too (\`KB\`, \`MB\`, \`GB\`, \`TB\`, also \`Ki\` …; powers of 1024), CPUs are \`500m\` or \`2\`, percentages plain numbers. A value marked _secret_ is set by \`pulumi config set --secret --path\`, which asks for it, and is never repeated in a message. \`–\`: nothing holds where the key is left out; _needed_: what it is in cannot do without it.`;
}

function section(name: string, catalogue: readonly ConfigEntry[]): string {
  const top = catalogue.find(({ key }) => key === name);
  const under = catalogue.filter(({ key }) => key.startsWith(`${name}.`) || key.startsWith(`${name}[].`));
  const entries = under.length === 0 ? catalogue.filter(({ key }) => key === name) : under;
  const [shown, note] = name === 'paths' ? likeService(entries) : [entries, undefined];
  return [
    `## ${name}`,
    [top?.description ?? '', more[name]].filter((text) => text !== undefined).join(' '),
    table(shown, name),
    ...(note === undefined ? [] : [note]),
  ].join('\n\n');
}

function table(entries: readonly ConfigEntry[], name: string): string {
  const rows = entries
    .filter(({ facts }) => facts !== undefined)
    .map((entry) => {
      const key = entry.key === name ? name : entry.key.slice(name.length).replace(/^(\[\])?\./, '');
      return `| \`${key}\` | ${leftOut(entry)} | ${cell(allowed(entry))} | ${cell(meaning(entry))} |`;
    });
  return ['| key | left out | must be | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function meaning({ description, kinds, facts }: ConfigEntry): string {
  const on = kinds.length === 0 ? '' : `${kinds.join(', ')}: `;
  return `${on}${description}${facts?.hidden ? ' _Secret._' : ''}`;
}

function allowed({ facts, form }: ConfigEntry): string {
  // The head of the page says once how units are written.
  const words = (facts?.allowed ?? '').replace(/ with its unit \(.*\)$| \(500m is half a CPU\)$/, '');
  return `${form === 'values' ? 'a list, each item ' : ''}${words}`;
}

function leftOut({ key, required, leftOut: words, fallback }: ConfigEntry): string {
  const usual = required ? '_needed_' : (words ?? (fallback === undefined ? '–' : code(fallback)));
  const others = presetsOf(key).map(([kind, value]) => `; ${kind}: ${code(value)}`);
  return cell(`${usual}${others.join('')}`);
}

/** The keys of one path, and in what the others differ. */
function likeService(entries: readonly ConfigEntry[]): [readonly ConfigEntry[], string] {
  const prefix = 'paths.service.';
  const shown = entries
    .filter(({ key }) => key.startsWith(prefix))
    .map((entry) => ({ ...entry, key: `paths.<path>.${entry.key.slice(prefix.length)}` }));
  const usual = new Map(shown.map(({ key, fallback }) => [key.slice('paths.<path>.'.length), fallback]));
  const other = entries.flatMap(({ key, fallback, facts, leftOut: words }) => {
    const [, path = '', rest = ''] = /^paths\.([^.]+)\.(.+)$/.exec(key) ?? [];
    return facts === undefined || usual.get(rest) === fallback
      ? []
      : [`\`${path}.${rest}\` ${fallback === undefined ? (words ?? '–') : code(fallback)}`];
  });
  return [shown, `Other defaults than those of \`service\`: ${other.join(', ')}.`];
}

function presetTable(): string {
  const rows = Object.entries(presets).flatMap(([kind, preset]) =>
    flat(preset).map(([key, value]) => `| \`${kind}\` | \`${key}\` | ${code(value)} |`),
  );
  return `## Presets

What a kind of cluster has as another default, in one table (\`settings/presets.ts\`); kinds that are not there have the defaults above. Whatever is written stands. What follows from the kind by itself (names, ports, \`nodeProber.enabled\`, \`chaos.dryRun\`, images, the gateway's class) stands in the tables above.

| kind | key | left out |
| --- | --- | --- |
${rows.join('\n')}`;
}

function flat(value: unknown, key = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[key, value]];
  return Object.entries(value).flatMap(([name, inner]) => flat(inner, key === '' ? name : `${key}.${name}`));
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value).replaceAll('","', '", "')}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '\\<').replaceAll('`\\<', '`<');
}

if (require.main === module) {
  const project = join(root, projectFile);
  void configurationPage().then((page) => writeFileSync(join(root, pageFile), page));
  void describedProject(readFileSync(project, 'utf8')).then((text) => writeFileSync(project, text));
}
