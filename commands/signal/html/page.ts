import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formatDuration } from '../../../lab/progress';
import { htmlDocument, text } from '../../html/document';
import { statusWindowSeconds, type PathStatus, type StatusReport, type WindowStatus } from '../status-report';
import { alertsInAll, formatMs, formatShare, formatWindow, verdict } from '../status-table';
import type { PageData, PathPage } from './page-data';

const here = (name: string) => readFileSync(join(__dirname, name), 'utf8');

/** The chart library, which is put into the page: its script, style and licence. */
function library(): { script: string; style: string; licence: string } {
  const dist = dirname(require.resolve('uplot/dist/uPlot.iife.min.js'));
  return {
    script: readFileSync(join(dist, 'uPlot.iife.min.js'), 'utf8'),
    style: readFileSync(join(dist, 'uPlot.min.css'), 'utf8'),
    licence: readFileSync(join(dist, '..', 'LICENSE'), 'utf8'),
  };
}

/** The status as one HTML file that needs no network: it forbids itself any. */
export function renderPage(data: PageData): string {
  const { script, style, licence } = library();
  const { stack, paths, urls } = data.status;
  const readAt = new Date(data.readAtMs);
  return htmlDocument({
    title: `${stack}: ${verdictOfAll(paths)}`,
    styles: [style, here('page.css')],
    scripts: [script, here('charts.js')],
    body: `<header>
<h1>Stack ${text(stack)}</h1>
<p class="verdict ${paths.every((path) => verdict(path) === 'good') ? 'good' : 'bad'}">${text(verdictOfAll(paths))}</p>
<p class="when">The last ${text(formatDuration(statusWindowSeconds * 1000))} before ${time(readAt)}. Grey in a plot: no probe was counted. This page does not refresh itself.</p>
</header>
<main>
<section aria-labelledby="alerts">
<h2 id="alerts">Alerts</h2>
${renderAlerts(data.status, data.readAtMs)}
</section>
<section aria-labelledby="paths">
<h2 id="paths">Paths</h2>
${renderTable(data)}
</section>
${data.paths.map((path) => renderPath(path, data)).join('\n')}
</main>
<footer>
${renderUrls(urls)}
<details><summary>Charts by uPlot, MIT licence</summary><pre>${text(licence)}</pre></details>
</footer>
<script type="application/json" id="data">${json(data)}</script>`,
  });
}

function verdictOfAll(paths: readonly PathStatus[]): string {
  const bad = paths.filter((path) => verdict(path) !== 'good');
  if (paths.length === 0) return 'no path is switched on';
  if (bad.length === 0) return paths.length === 1 ? 'the path is good' : `all ${paths.length} paths are good`;
  const named = bad.map((path) => `${path.path} (${verdict(path)})`).join(', ');
  return `${bad.length} of ${paths.length} ${paths.length === 1 ? 'path is' : 'paths are'} not good: ${named}`;
}

function renderAlerts(status: StatusReport, nowMs: number): string {
  const inAll = alertsInAll(status);
  const said = inAll === undefined ? '' : `<p>${text(inAll)}</p>`;
  if (status.alerts.length === 0) return said;
  const items = status.alerts.map(({ name, path, severity, state, since, summary }) => {
    const age = formatDuration(nowMs - Date.parse(since));
    const on = path === null ? '' : ` on <a href="#path-${text(path)}">${text(path)}</a>`;
    const about = path === null && summary !== '' ? `: ${text(summary)}` : '';
    return `<li class="${state}"><strong>${text(name)}</strong>${on} (${text(severity)}): ${state} for ${text(age)}, since ${time(new Date(since))}${about}</li>`;
  });
  return `${said}<ul class="alerts">${items.join('')}</ul>`;
}

function renderTable({ status, paths, periodDays }: PageData): string {
  const heads = [
    'path',
    'ok',
    'slow',
    'failed',
    'error',
    'success',
    'objective',
    'p50',
    'p99',
    `budget left (${periodDays} d)`,
    '',
  ];
  const rows = status.paths.map((path) => {
    const state = verdict(path);
    const left = paths.find((page) => page.path === path.path)?.budgetLeft.availability ?? null;
    const cells = [
      ...[path.ok, path.slow, path.failed, path.error].map(String),
      path.success === null ? '–' : formatShare(path.success),
      formatShare(path.objective),
      formatMs(path.p50),
      formatMs(path.p99),
      formatLeft(left),
    ];
    const named = cells.map(
      (cell, index) => `<td data-label="${text(heads[index + 1] ?? '')}">${text(cell)}</td>`,
    );
    return `<tr class="${state.replace(' ', '-')}"><th scope="row"><a href="#path-${text(path.path)}">${text(path.path)}</a></th>${named.join('')}<td class="state">${state}</td></tr>`;
  });
  return `<table><thead><tr>${heads.map((head) => `<th scope="col">${text(head)}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function renderPath(page: PathPage, { span, status }: PageData): string {
  const hours = formatDuration(span.windowSeconds * 1000).replace(/ 00m$/, '');
  const failed = Object.keys(page.failed).length > 0;
  const probed = page.outcomes.ok.some((count) => count !== null);
  const chart = (kind: string, title: string) =>
    `<figure><figcaption>${title}</figcaption><div class="chart" data-path="${text(page.path)}" data-chart="${kind}"></div></figure>`;
  const state = status.paths.find(({ path }) => path === page.path);
  const charts = [
    chart('outcomes', `Probes per ${formatDuration(span.stepSeconds * 1000).replace(/ 00s$/, '')}`),
    failed
      ? chart('failed', 'Failed, by reason')
      : `<p class="nothing">No probe failed in the last ${hours}.</p>`,
    chart('latency', `Latency of answered probes, objective within ${page.latencyBoundMs} ms`),
  ];
  return `<section class="path" id="path-${text(page.path)}">
<h2>${text(page.path)} <small>${text(page.title)}</small>${state === undefined ? '' : ` <span class="badge ${verdict(state).replace(' ', '-')}">${verdict(state)}</span>`}</h2>
<p class="budget">Budget left: availability ${text(formatLeft(page.budgetLeft.availability))}, latency ${text(formatLeft(page.budgetLeft.latency))}.</p>
${renderWindows(state?.windows ?? [])}
${probed ? `<div class="charts">${charts.join('')}</div>` : `<p class="nothing">No probe was counted in the last ${hours}.</p>`}
</section>`;
}

function renderWindows(windows: readonly WindowStatus[]): string {
  if (windows.length === 0) return '';
  const parts = windows.map((status) => `${text(status.window)} ${text(formatWindow(status))}`);
  return `<p class="windows">Availability over ${parts.join(', ')}.</p>`;
}

function renderUrls(urls: Readonly<Record<string, string>>): string {
  const links = Object.entries(urls).map(([name, url]) => {
    const shown = /^https?:\/\//.test(url)
      ? `<a href="${text(url)}" rel="noreferrer">${text(url)}</a>`
      : text(url);
    return `<li>${text(name)}: ${shown}</li>`;
  });
  return links.length === 0 ? '' : `<ul class="urls">${links.join('')}</ul>`;
}

function formatLeft(share: number | null): string {
  return share === null ? '–' : `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}

/** In UTC; the page's script shows it in the reader's time. */
function time(at: Date): string {
  const iso = at.toISOString();
  return `<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
}

/** JSON that cannot end its script element. */
function json(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
