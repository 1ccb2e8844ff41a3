import type { Explanation, ExplainedStack } from './explain';

/** How many keys a section may list with all that is under them; a longer one lists only what is right under it. */
const manyKeys = 40;

/** Letters of a value in a table. */
const longestValue = 36;

/** Explanations of one key for the terminal. */
export function renderKey(explanations: readonly Explanation[], stack?: ExplainedStack): string {
  return explanations
    .map((one) => (one.keys ? renderSection(one, one.keys, stack) : renderField(one, stack)))
    .join('\n\n');
}

/** All sections for the terminal. */
export function renderOverview(sections: readonly Explanation[], stack?: ExplainedStack): string {
  const file = stack?.file ?? 'Pulumi.<stack>.yaml';
  return [
    `The config of a stack is ${file}: keys under \`continuous-load:\`, all but cluster may be left out.`,
    '',
    ...columns(sections.map((section) => [section.key, section.description])),
    '',
    'npm run config -- explain KEY tells more: a section, or one key as in paths.service.rate.',
  ].join('\n');
}

function renderSection(section: Explanation, keys: readonly Explanation[], stack?: ExplainedStack): string {
  const all = fieldsOf(keys);
  const shown = all.length > manyKeys ? keys : all;
  const inside = section.form === 'list' ? `${section.key}[]` : section.key;
  const rows = shown.map((one) => [
    one.key.slice(inside.length + 1),
    one.keys ? `${fieldsOf(one.keys).length} keys` : shortened(shownValue(one)),
    one.kinds && !section.kinds ? `${one.kinds.join(', ')}: ${one.description}` : one.description,
  ]);
  const [example] = shown;
  return [
    `${section.key}${onlyOn(section)}`,
    `  ${section.description}`,
    ...(section.leftOut === undefined ? [] : [`  Left out: ${section.leftOut}.`]),
    '',
    ...columns(rows).map((line) => `  ${line}`),
    ...(stack === undefined ? [] : ['', `  Marked * is written in ${stack.file}.`]),
    ...(example === undefined ? [] : ['', `  npm run config -- explain ${example.key} tells more.`]),
  ].join('\n');
}

function renderField(one: Explanation, stack?: ExplainedStack): string {
  const { type = '', allowed = '', set, yaml, once } = one;
  const presets = Object.entries(one.presets ?? {}).map(([kind, value]) => `; on ${kind} ${written(value)}`);
  const lines: (readonly [string, string])[] = [
    ['type', type],
    ['must be', allowed],
    ['left out', `${leftOut(one)}${presets.join('')}`],
    ...(one.secret ? [['secret', 'yes: encrypted in the file, never repeated'] as const] : []),
    ...(stack === undefined ? [] : [['now', now(one, stack)] as const]),
    ...(set === undefined ? [] : [['set', set] as const]),
    ...(set === undefined && yaml !== undefined
      ? [['write', `in ${stack?.file ?? 'the file'}, under config:\n${indented(yaml, 14)}`] as const]
      : []),
    ...(once === undefined
      ? []
      : [['try once', `${once}${stack === undefined ? '   (on a lab)' : ''}`] as const]),
  ];
  return [
    `${one.key}${onlyOn(one)}`,
    `  ${one.description}`,
    '',
    ...lines.map(([name, text]) => `  ${name.padEnd(10)}  ${text}`),
  ].join('\n');
}

function now(one: Explanation, { file }: ExplainedStack): string {
  return one.present === undefined ? `left out in ${file}` : `${written(one.present)}, in ${file}`;
}

function onlyOn({ kinds }: Explanation): string {
  return kinds === undefined ? '' : `   (where cluster.kind is ${kinds.join(', ')})`;
}

function leftOut(one: Explanation): string {
  if (one.required) return 'refused: it must be written';
  if (one.leftOut !== undefined) return one.leftOut;
  return one.default === undefined ? '–' : written(one.default);
}

function shownValue(one: Explanation): string {
  if (one.present !== undefined) return `${written(one.present)} *`;
  return one.required ? 'needed' : leftOut(one);
}

function fieldsOf(keys: readonly Explanation[]): Explanation[] {
  return keys.flatMap((one) => (one.keys ? fieldsOf(one.keys) : [one]));
}

function written(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function shortened(text: string): string {
  return text.length > longestValue ? `${text.slice(0, longestValue - 1)}…` : text;
}

function indented(text: string, by: number): string {
  return text.replace(/^/gm, ' '.repeat(by));
}

/** Rows of texts in columns; the last is as wide as it is. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows.map((row) =>
    row.map((text, index) => (index === row.length - 1 ? text : text.padEnd(widths[index] ?? 0))).join('  '),
  );
}
