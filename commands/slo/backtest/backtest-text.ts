import Table from 'cli-table3';
import { formatDuration } from '../../../lab/progress';
import type { Backtest, FiringPair, Notifications } from './backtest';
import type { Told } from './told';
import type { Detection } from './troubles';

/** Rows of a table that are shown; `--json` has all. */
const mostRows = 40;

const plain = { style: { head: [], border: [], compact: true } };

/** A backtest for the terminal: what changes, when it would have been told, what that comes to. */
export function renderBacktest(stack: string, found: Backtest, notes: readonly string[]): string {
  const { span, changes, notifications, known } = found;
  const length = formatDuration(span.toMs - span.fromMs);
  const sections = [
    `Stack ${stack}, ${time(span.fromMs)} to ${time(span.toMs)} UTC (${length}, ${Math.floor(known * 100)} % of it known), by ${found.queries} queries:`,
    renderChanges(changes),
    renderFirings(found.firings),
    renderTroubles(found),
    `Notifications under the present rules: ${inWords(notifications.present)}; under the changed ones: ${inWords(notifications.changed)}.`,
    renderCheck(found.check),
    ...notes.map((note) => `Note: ${note}`),
  ];
  return sections.filter((section) => section !== '').join('\n');
}

function renderChanges(changes: Backtest['changes']): string {
  if (changes.length === 0) return 'No alert is another one under the changed rules.';
  const table = new Table({
    ...plain,
    head: ['alert', 'path', 'is', 'fires, present', 'fires, changed'],
    colAligns: ['left', 'left', 'left', 'right', 'right'],
  });
  for (const { kind, alert, path, presentFirings, changedFirings } of changes)
    table.push([alert, path || '–', kind, count(presentFirings), count(changedFirings)]);
  const why = changes.flatMap(({ alert, path, why: reason }) =>
    reason === undefined
      ? []
      : [`${alert}${path === '' ? '' : ` on ${path}`} cannot be replayed: ${reason}.`],
  );
  return [table.toString(), ...why].join('\n');
}

function renderFirings(all: readonly FiringPair[]): string {
  const told = all.filter(({ severity }) => severity !== 'none' && severity !== '');
  if (told.length === 0) return 'No alert that somebody is told of fires in this time, under neither.';
  const table = new Table({
    ...plain,
    head: ['alert', 'path', 'severity', 'present', 'changed'],
  });
  for (const { alert, path, severity, how, present, changed, doubtful } of told.slice(0, mostRows)) {
    const cells = [present, changed].map((one) => (one === undefined ? '–' : firing(one)));
    const same = how === 'recorded' && cells[0] === cells[1];
    table.push([
      alert,
      path || '–',
      severity,
      cells[0] ?? '',
      `${same ? 'the same rule' : (cells[1] ?? '')}${doubtful ? ' (?)' : ''}`,
    ]);
  }
  const more = told.length - mostRows;
  const doubt = told.some(({ doubtful }) => doubtful)
    ? [
        '(?) The present rule, put together from raw counters as the changed one is, does not fire here as it did: samples came late. It may be no work of the change.',
      ]
    : [];
  return [table.toString(), ...(more > 0 ? [`… and ${more} more; --json has all.`] : []), ...doubt].join(
    '\n',
  );
}

function renderTroubles({ troubles, singleFailures }: Backtest): string {
  const single =
    singleFailures === 0
      ? ''
      : ` ${singleFailures} failed ${singleFailures === 1 ? 'probe' : 'probes'} apart from those.`;
  if (troubles.length === 0) return `No time with five failed probes or more.${single}`;
  const table = new Table({
    ...plain,
    head: ['trouble on', 'from', 'for', 'failed', 'told, present', 'told, changed'],
    colAligns: ['left', 'left', 'right', 'right', 'left', 'left'],
  });
  for (const { path, fromMs, toMs, failed, present, changed } of troubles.slice(-mostRows))
    table.push([
      path,
      time(fromMs),
      formatDuration(toMs - fromMs),
      failed,
      detected(present),
      detected(changed),
    ]);
  return `${table.toString()}${single === '' ? '' : `\nBeside these,${single.toLowerCase()}`}`;
}

function renderCheck({ replayed, recorded, inBoth, worstBeginMs, worstEndMs }: Backtest['check']): string {
  if (replayed === 0 && recorded === 0) return '';
  const off = [worstBeginMs, worstEndMs].filter((one) => one !== null);
  const worst = off.length === 0 ? '' : `, at most ${formatDuration(Math.max(...off))} apart`;
  return `Check of the replay: of these alerts Prometheus recorded ${recorded} firings, the replay of the present rules has ${replayed}, ${inBoth} are in both${worst}.`;
}

function firing({ fromMs, toMs, began, ended, toldMs, mutedBy, labels }: Told): string {
  const length = `${began === 'earlier' ? 'since before ' : ''}${time(fromMs)} for ${formatDuration(toMs - fromMs)}${ended === 'later' ? ' and on' : ''}`;
  if ((labels['severity'] ?? 'none') === 'none') return length;
  if (toldMs === undefined) return `${length}, muted${mutedBy === undefined ? '' : ` by ${mutedBy}`}`;
  return toldMs - fromMs < 1000 ? length : `${length}, told after ${formatDuration(toldMs - fromMs)}`;
}

function detected(one: Detection | null): string {
  if (one === null) return 'never';
  if (one.severity === 'muted') return `spoken for by ${one.by}`;
  return `${one.by} (${one.severity}) after ${formatDuration(one.afterMs)}`;
}

function inWords({ pages, tickets, pagesPerWeek }: Notifications): string {
  const week = pagesPerWeek === null ? '' : ` (${pagesPerWeek} a week)`;
  return `${pages} ${pages === 1 ? 'page' : 'pages'}${week} and ${tickets} ${tickets === 1 ? 'ticket' : 'tickets'}`;
}

function count(firings: number | null): string {
  if (firings === null) return '–';
  return firings === 0 ? 'never' : `${firings} ×`;
}

/** `11-22 05:10:15`, UTC. */
function time(ms: number): string {
  return new Date(ms).toISOString().slice(5, 19).replace('T', ' ');
}
