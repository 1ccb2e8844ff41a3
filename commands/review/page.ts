import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { htmlDocument, text } from '../html/document';
import type { AlertChange } from './alerts';
import type { ResourceChange } from './resources';
import { sum, type ReviewedFinding, type StackReview } from './review';
import { differing, dollars, rate } from './words';

const style = readFileSync(join(__dirname, 'page.css'), 'utf8');

const operations = ['create', 'update', 'replace', 'delete', 'import'] as const;

/** The reviews of some stacks as one HTML file that needs no network and runs no script; nothing is cut. */
export function renderReviewPage(reviews: readonly StackReview[]): string {
  const passed = reviews.every((review) => review.passed);
  const links = reviews.map(
    (review) => `<li><a href="#stack-${text(review.stack)}">${text(review.stack)}</a> ${badge(review)}</li>`,
  );
  return htmlDocument({
    title: `review: ${verdictOf(reviews)}`,
    styles: [style],
    body: `<header>
<h1>Review of ${reviews.length === 1 ? 'a stack' : `${reviews.length} stacks`}</h1>
<p class="verdict ${passed ? 'good' : 'bad'}">${text(verdictOf(reviews))}</p>
${reviews.length > 1 ? `<nav aria-label="stacks"><ul>${links.join('')}</ul></nav>` : ''}
</header>
<main>
${reviews.map(renderStack).join('\n')}
</main>`,
  });
}

function verdictOf(reviews: readonly StackReview[]): string {
  const failed = reviews.filter(({ passed }) => !passed).map(({ stack }) => stack);
  return failed.length === 0 ? 'nothing stands against it' : `${failed.join(' and ')}: not as it should be`;
}

function badge({ passed }: StackReview): string {
  return passed ? '<span class="badge good">passed</span>' : '<span class="badge bad">failed</span>';
}

function renderStack(review: StackReview): string {
  const { stack, failures, notes } = review;
  return `<section class="stack" id="stack-${text(stack)}" aria-labelledby="name-${text(stack)}">
<h2 id="name-${text(stack)}">Stack ${text(stack)} ${badge(review)}</h2>
${failures.length === 0 ? '' : loud('failed', 'What stands against it', failures.map(text))}
${notes.map((note) => `<p class="nothing">${text(note)}</p>`).join('')}
${renderFigures(review)}
${renderChanges(review)}
${renderFindings(review.findings)}
${renderAlerts(review)}
${renderLoad(review)}
${renderCosts(review)}
</section>`;
}

function renderFigures({
  resources,
  changes,
  findings,
  alerts,
  load,
  costs,
  costsBefore,
}: StackReview): string {
  const broken = findings.filter(({ level }) => level === 'mandatory').length;
  const perSecond = load.reduce((all, one) => all + (one.perSecond ?? 0), 0);
  const before = load.every((one) => one.before !== null)
    ? load.reduce((all, one) => all + (one.before ?? 0), 0)
    : undefined;
  const was = (old: string | undefined, now: string) =>
    old === undefined || old === now ? '' : `was ${old}`;
  const figures: readonly (readonly [name: string, value: string, note: string])[] = [
    ['resources', String(resources), `${changes.length} touched`],
    ['policies', findings.length === 0 ? 'all hold' : `${broken} broken`, advisories(findings)],
    ['alerts', String(alerts.total), alerts.compared ? `${alerts.changes.length} differ` : ''],
    ...(load.length === 0
      ? []
      : [
          [
            'probes/s',
            rate(perSecond),
            was(before === undefined ? undefined : rate(before), rate(perSecond)),
          ] as const,
        ]),
    ...(costs.length === 0
      ? []
      : [
          [
            'USD a month, about',
            dollars(sum(costs)),
            was(costsBefore === null ? undefined : dollars(costsBefore), dollars(sum(costs))),
          ] as const,
        ]),
  ];
  const items = figures.map(
    ([name, value, note]) =>
      `<div><dt>${text(name)}</dt><dd>${text(value)}${note === '' ? '' : `<small>${text(note)}</small>`}</dd></div>`,
  );
  return `<dl class="figures">${items.join('')}</dl>`;
}

function advisories(findings: readonly ReviewedFinding[]): string {
  const count = findings.filter(({ level }) => level === 'advisory').length;
  return count === 0 ? '' : `${count} advisory`;
}

function renderChanges({ changes, against }: StackReview): string {
  const of = (operation: ResourceChange['operation']) =>
    changes.filter((change) => change.operation === operation);
  const counted = operations.flatMap((operation) =>
    of(operation).length === 0 ? [] : [`${of(operation).length} to ${operation}`],
  );
  const rest = changes.filter(({ operation }) => operation !== 'delete' && operation !== 'replace');
  const rows = rest.map(({ operation, resource, changed }) => [
    code(resource),
    kind(operation),
    changed.map(code).join(', '),
  ]);
  return `<h3>Resources</h3>
<p>Against ${text(against)}: ${text(counted.join(', ') || 'no change')}.</p>
${of('replace').length === 0 ? '' : loud('', 'Replaced: what is there is removed', of('replace').map(replacement))}
${
  of('delete').length === 0
    ? ''
    : loud(
        '',
        'Deleted',
        of('delete').map(({ resource }) => code(resource)),
      )
}
${rest.length === 0 ? '' : folded(`${rest.length} created or updated`, table('words', ['resource', '', 'what changes'], rows))}`;
}

function replacement({ resource, replacedFor }: ResourceChange): string {
  const why = replacedFor.length === 0 ? '' : ` for ${replacedFor.map(code).join(', ')}`;
  return `${code(resource)}${why}`;
}

function renderFindings(findings: readonly ReviewedFinding[]): string {
  if (findings.length === 0) return '<h3>Policies</h3>\n<p>Nothing is held against this stack.</p>';
  const ofLevel = (wanted: ReviewedFinding['level']) => findings.filter(({ level }) => level === wanted);
  const rows = [...ofLevel('mandatory'), ...ofLevel('advisory')].map(
    ({ level, rule, resource, problem, mend }) => [
      code(resource),
      kind(level),
      code(rule),
      text(problem),
      text(mend),
    ],
  );
  return `<h3>Policies</h3>\n${table('words', ['resource', '', 'rule', 'what is wrong', 'how to mend it'], rows)}`;
}

function renderAlerts({ alerts: { total, compared, changes } }: StackReview): string {
  if (changes.length === 0)
    return total === 0 ? '' : `<h3>Alerts</h3>\n<p>${total}${compared ? ', none changed' : ''}.</p>`;
  const rows = changes.map(({ kind: how, name, path, fields }) => [
    `${code(name)}${path === '' ? '' : ` on ${code(path)}`}`,
    kind(how),
    fields.map(renderField).join(''),
  ]);
  return `<h3>Alerts</h3>\n<p>${total}, of which ${changes.length} differ.</p>\n${table('words', ['alert', '', 'how'], rows)}`;
}

function renderField({ field, before, after }: AlertChange['fields'][number]): string {
  const [old, now] = differing(before, after);
  return `<p class="budget">${text(field)}</p><del>${code(old)}</del><ins>${code(now)}</ins>`;
}

function renderLoad({ load }: StackReview): string {
  if (load.length === 0) return '';
  const rows = load.map(({ path, perSecond, before, counters }) => [
    code(path),
    text(rate(perSecond)),
    before === null ? '' : text(rate(before)),
    counters === null ? 'not known yet' : String(counters),
  ]);
  return `<h3>Load</h3>\n${table('figure', ['path', 'probes/s', 'before', 'counters'], rows)}`;
}

function renderCosts({ costs }: StackReview): string {
  if (costs.length === 0) return '';
  const rows = costs.map(({ what, usdPerMonth }) => [text(what), text(dollars(usdPerMonth))]);
  return `<h3>AWS</h3>
<p>About ${text(dollars(sum(costs)))} USD a month, a rough estimate of list prices without traffic, volumes, logs and keys.</p>
${table('figure', ['what', 'USD a month'], rows)}`;
}

function loud(more: string, title: string, lines: readonly string[]): string {
  return `<div class="loud ${more}"><strong>${title}</strong><ul>${lines.map((line) => `<li>${line}</li>`).join('')}</ul></div>`;
}

function folded(summary: string, body: string): string {
  return `<details><summary>${text(summary)}</summary>${body}</details>`;
}

/** A table of cells that are HTML; the first of a row names it. */
function table(
  sort: 'words' | 'figure',
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const [, ...others] = heads;
  const body = rows.map(([name = '', ...cells]) => {
    const named = cells
      .map((cell, index) => [others[index] ?? '', cell] as const)
      .map(([label, cell]) =>
        label === '' ? `<td class="kind">${cell}</td>` : `<td data-label="${text(label)}">${cell}</td>`,
      );
    return `<tr><th scope="row">${name}</th>${named.join('')}</tr>`;
  });
  const columns = heads.map((one) => `<th scope="col">${text(one)}</th>`);
  return `<table class="${sort}"><thead><tr>${columns.join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

/** A word that is a class too, and has its colour. */
function kind(word: string): string {
  return `<span class="${text(word)}">${text(word)}</span>`;
}

function code(value: string): string {
  return `<code>${text(value)}</code>`;
}
