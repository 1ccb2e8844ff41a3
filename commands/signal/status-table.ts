import Table from 'cli-table3';
import { formatDuration } from '../../lab/progress';
import {
  statusWindowSeconds,
  type AlertStatus,
  type PathStatus,
  type StatusReport,
  type WindowStatus,
} from './status-report';

/** A status for the terminal: a row per path, then the alerts, then where to look on. */
export function renderStatus(report: StatusReport, nowMs = Date.now()): string {
  const window = formatDuration(statusWindowSeconds * 1000);
  const sections = [
    `Stack ${report.stack}, the last ${window}:`,
    renderPaths(report.paths),
    renderWindows(report.paths),
    renderAlerts(report, nowMs),
  ];
  return [...sections, renderUrls(report.urls)].filter((section) => section !== '').join('\n');
}

function renderPaths(paths: readonly PathStatus[]): string {
  const table = new Table({
    head: ['path', 'ok', 'slow', 'failed', 'error', 'success', 'objective', 'p50', 'p99', ''],
    colAligns: ['left', ...Array.from({ length: 8 }, () => 'right' as const), 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const path of paths) {
    table.push([
      path.path,
      ...[path.ok, path.slow, path.failed, path.error],
      path.success === null ? '–' : formatShare(path.success),
      formatShare(path.objective),
      ...[formatMs(path.p50), formatMs(path.p99)],
      verdict(path),
    ]);
  }
  return table.toString();
}

/** Windows that are known well enough of some path have a column; of the others it is said how much is known of every path at least. */
function renderWindows(paths: readonly PathStatus[]): string {
  const windows = (paths[0]?.windows ?? []).map(({ window }, index) => ({
    window,
    cells: paths.map((path) => path.windows[index]),
  }));
  const told = windows.filter(({ cells }) => cells.some((cell) => (cell?.availability ?? null) !== null));
  const young = windows
    .filter((window) => !told.includes(window))
    .map(
      ({ window, cells }) =>
        `${formatKnown(Math.min(...cells.map((cell) => cell?.known ?? 0)))} of ${window}`,
    );
  const note =
    young.length === 0
      ? []
      : [`Availability is shown for windows of which enough is known; so far known: ${young.join(', ')}.`];
  if (told.length === 0) return note.join('');
  const table = new Table({
    head: ['availability', ...told.map(({ window }) => window)],
    colAligns: ['left', ...told.map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
  });
  paths.forEach((path, row) => table.push([path.path, ...told.map(({ cells }) => formatWindow(cells[row]))]));
  return [table.toString(), ...note].join('\n');
}

/** An availability, or how much of its window is known; a window without a probe has a dash. */
export function formatWindow(status: WindowStatus | undefined): string {
  if (status === undefined || (status.availability === null && status.known === 0)) return '–';
  return status.availability === null
    ? `${formatKnown(status.known)} known`
    : formatShare(status.availability);
}

/** Whole percents, never rounded up. */
function formatKnown(share: number): string {
  return `${Math.floor(share * 100)} %`;
}

/** What a path's figures come to, in a word or two. A share of a few probes says little where the injector itself failed at most of them. */
export function verdict({
  ok,
  slow,
  failed,
  error,
  success,
  objective,
}: PathStatus): 'good' | 'no probes' | 'not measured' | 'below objective' {
  if (error > ok + slow + failed) return 'not measured';
  if (success === null) return 'no probes';
  return success >= objective ? 'good' : 'below objective';
}

/** 0.99954 → 99.954 %; never rounded up to 100 %. */
export function formatShare(share: number): string {
  const thousandths = Math.floor(Number((share * 100_000).toFixed(4)));
  return `${thousandths / 1000} %`;
}

/** 7.99 → 7.99 ms, 18.2 → 18 ms, nothing → –. */
export function formatMs(milliseconds: number | null): string {
  if (milliseconds === null) return '–';
  return `${milliseconds < 10 ? milliseconds.toFixed(2) : milliseconds.toFixed(0)} ms`;
}

/** What is said of all alerts together; undefined where each speaks for itself. */
export function alertsInAll({
  alerts,
  rulesEvaluated,
}: Pick<StatusReport, 'alerts' | 'rulesEvaluated'>): string | undefined {
  if (!rulesEvaluated)
    return 'Not every path’s rules are evaluated (not yet, or not any more): where they are not, no alert fires.';
  return alerts.length === 0 ? 'No alert is firing.' : undefined;
}

function renderAlerts(report: StatusReport, nowMs: number): string {
  const inAll = alertsInAll(report);
  const each = report.alerts.map((alert) => renderAlert(alert, nowMs));
  return [...(inAll === undefined ? [] : [inAll]), ...each].join('\n');
}

function renderAlert({ name, path, severity, state, since, summary }: AlertStatus, nowMs: number): string {
  const age = formatDuration(nowMs - Date.parse(since));
  const what = path === null ? name : `${name} on ${path}`;
  // The path says what it is about; without one the summary has to.
  const about = path === null && summary !== '' ? `: ${summary}` : '';
  return `  ${state === 'firing' ? '✖' : '·'} ${what} (${severity}): ${state} for ${age}${about}`;
}

function renderUrls(urls: Readonly<Record<string, string>>): string {
  const width = Math.max(0, ...Object.keys(urls).map((name) => name.length));
  return Object.entries(urls)
    .map(([name, url]) => `  ${name.padEnd(width)}  ${url}`)
    .join('\n');
}
