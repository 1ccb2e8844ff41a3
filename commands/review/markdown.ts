import type { AlertChange } from './alerts';
import type { ResourceChange } from './resources';
import { differing, dollars, rate } from './words';
import { sum, type ReviewedFinding, type ReviewedLoad, type StackReview } from './review';

/** By this a workflow finds its comment again. */
export const commentMark = '<!-- continuous-load review -->';

/** Rows of a table beyond which the rest is only counted; fewer where a comment would be too long. */
const rowLimits = [40, 20, 10, 5, 2];

/** A comment on GitHub holds 65 536 characters. */
const maxLength = 60_000;

/** Length at which a text of others is cut. */
const maxText = 300;

/** The reviews of some stacks as one comment: the verdict of each first, then what is behind it. */
export function renderMarkdown(reviews: readonly StackReview[]): string {
  for (const rows of rowLimits) {
    const text = render(reviews, rows);
    if (text.length <= maxLength) return text;
  }
  return render(reviews, 0);
}

function render(reviews: readonly StackReview[], rows: number): string {
  return [commentMark, ...reviews.map((review) => renderStack(review, rows))].join('\n\n') + '\n';
}

function renderStack(review: StackReview, rows: number): string {
  const sections = [
    `## ${review.passed ? '✅' : '❌'} Stack \`${review.stack}\``,
    review.failures.map((why) => `- **${cell(why)}**`).join('\n'),
    ...review.notes.map((note) => `> ${cell(note)}`),
    renderChanges(review, rows),
    renderFindings(review.findings, rows),
    renderAlerts(review, rows),
    renderLoad(review.load, rows),
    renderCosts(review, rows),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

const operations = ['create', 'update', 'replace', 'delete', 'import'] as const;

function renderChanges({ changes, against, resources }: StackReview, max: number): string {
  const counted = operations.flatMap((operation) => {
    const count = changes.filter((change) => change.operation === operation).length;
    return count === 0 ? [] : [`${count} to ${operation}`];
  });
  const head = `**Resources**, against ${against}: ${counted.join(', ') || 'no change'} (${resources} in the stack).`;
  const replaced = changes.filter(({ operation }) => operation === 'replace');
  const deleted = changes.filter(({ operation }) => operation === 'delete');
  const loud = [
    ...(replaced.length > 0
      ? [warning('replaced: what is there is removed', replaced.map(replacement), max)]
      : []),
    ...(deleted.length > 0
      ? [
          warning(
            'deleted',
            deleted.map(({ resource }) => `\`${cell(resource)}\``),
            max,
          ),
        ]
      : []),
  ];
  const rest = changes.filter(({ operation }) => operation !== 'delete' && operation !== 'replace');
  return [
    head,
    ...loud,
    ...(rest.length > 0 ? [folded(`${rest.length} created or updated`, changeTable(rest, max))] : []),
  ].join('\n\n');
}

function replacement({ resource, replacedFor }: ResourceChange): string {
  const why =
    replacedFor.length > 0 ? ` for ${replacedFor.map((path) => `\`${cell(path)}\``).join(', ')}` : '';
  return `\`${cell(resource)}\`${why}`;
}

function warning(what: string, lines: readonly string[], max: number): string {
  return [
    `> [!WARNING]`,
    `> **${lines.length} ${what}**`,
    ...limited(lines, max).map((line) => `> - ${line}`),
  ].join('\n');
}

function changeTable(changes: readonly ResourceChange[], max: number): string {
  return table(
    ['', 'resource', 'what changes'],
    changes.map(({ operation, resource, changed }) => [
      operation,
      `\`${cell(resource)}\``,
      changed
        .slice(0, 6)
        .map((path) => `\`${cell(path)}\``)
        .join(', ') + (changed.length > 6 ? ', …' : ''),
    ]),
    max,
  );
}

function renderFindings(findings: readonly ReviewedFinding[], max: number): string {
  if (findings.length === 0) return '**Policies**: nothing is held against this stack.';
  const rows = [...findings]
    .sort((one, other) => rank(one) - rank(other))
    .map(({ level, rule, resource, problem, mend }) => [
      level === 'mandatory' ? '❌ mandatory' : 'advisory',
      `\`${cell(rule)}\``,
      `\`${cell(resource)}\``,
      cell(problem),
      cell(mend),
    ]);
  return `**Policies**\n\n${table(['', 'rule', 'resource', 'what is wrong', 'how to mend it'], rows, max)}`;
}

function rank({ level }: ReviewedFinding): number {
  return level === 'mandatory' ? 0 : 1;
}

function renderAlerts({ alerts: { total, compared, changes } }: StackReview, max: number): string {
  if (changes.length === 0)
    return total === 0 ? '' : `**Alerts**: ${total}${compared ? ', none changed' : ''}.`;
  const rows = changes.map(({ kind, name, path, fields }) => [
    kind,
    `\`${cell(name)}\`${path === '' ? '' : ` on \`${cell(path)}\``}`,
    fields.map(describeField).join('; '),
  ]);
  return `**Alerts**: ${total}, of which ${changes.length} differ.\n\n${table(['', 'alert', 'how'], rows, max)}`;
}

function describeField({ field, before, after }: AlertChange['fields'][number]): string {
  const [old, now] = differing(before, after);
  return `${field}: \`${cell(old)}\` → \`${cell(now)}\``;
}

function renderLoad(load: readonly ReviewedLoad[], max: number): string {
  if (load.length === 0) return '';
  const total = load.reduce((all, { perSecond }) => all + (perSecond ?? 0), 0);
  const counters = load.reduce((all, one) => all + (one.counters ?? 0), 0);
  const changed = load.filter(({ perSecond, before }) => before !== null && perSecond !== before);
  const rows = load.map(({ path, perSecond, before, counters: series }) => [
    `\`${path}\``,
    `${rate(perSecond)}${before !== null && before !== perSecond ? ` (was ${rate(before)})` : ''}`,
    series === null ? 'not known yet' : String(series),
  ]);
  const how =
    changed.length === 0 ? '' : `, changed on ${changed.map(({ path }) => `\`${path}\``).join(', ')}`;
  return `**Load**: ${rate(total)} probes/s${how}, ${counters} counters.\n\n${folded('by path', table(['path', 'probes/s', 'counters'], rows, max))}`;
}

function renderCosts({ costs, costsBefore }: StackReview, max: number): string {
  if (costs.length === 0) return '';
  const total = sum(costs);
  const rows = costs.map(({ what, usdPerMonth }) => [what, dollars(usdPerMonth)]);
  const before =
    costsBefore !== null && dollars(costsBefore) !== dollars(total) ? ` (was ${dollars(costsBefore)})` : '';
  return (
    `**AWS**: about ${dollars(total)} USD a month${before}, a rough estimate of list prices without traffic, volumes, logs and keys.\n\n` +
    folded('of which', table(['what', 'USD a month'], rows, max))
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[], max: number): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const kept = rows.slice(0, max);
  const more = rows.length > max ? [`\n… and ${rows.length - max} more.`] : [];
  return [line(head), line(head.map(() => '---')), ...kept.map(line), ...more].join('\n');
}

function limited(lines: readonly string[], max: number): readonly string[] {
  return lines.length <= max ? lines : [...lines.slice(0, max), `… and ${lines.length - max} more`];
}

function folded(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

/**
 * Text of somebody else's on one line of a table: no line breaks, no cell borders, no code marks, no HTML, and nobody is called by name
 * (an `@` with a space of no width behind it notifies nobody).
 */
function cell(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const cut = line.length > maxText ? `${line.slice(0, maxText)}…` : line;
  return cut.replaceAll('|', '\\|').replaceAll('`', "'").replaceAll('<', '&lt;').replaceAll('@', '@\u200B');
}
