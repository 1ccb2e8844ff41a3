/** Makes `docs/paths-and-alerts.md` from the tables: `tsx signals/docs.ts` writes it, a test checks that it is current. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alertCatalogue, type AlertEntry } from './alert-catalogue';
import { availabilityWindows, leastCoverage, windowsOfTheStore } from './availability';
import { followers, leaders } from './dependencies';
import { inhibitedBy } from './inhibitions';
import { ofAnyStore } from './long-term';
import { pushedMetrics, recorded } from './metrics';
import { defaultModel } from './model';
import { connectionsOf, type PathRow, pathTable } from './paths';
import { duration, number } from './promql';
import {
  burnWindows,
  downWindowSeconds,
  missingForSeconds,
  missingWindowSeconds,
  noticeSeconds,
} from './windows';

/** Where the page lies, from the root of the repository. */
export const pageFile = 'docs/paths-and-alerts.md';

/** The page as formatted Markdown. */
export async function pathsAndAlertsPage(): Promise<string> {
  const { format, resolveConfig } = await import('prettier');
  const text = [
    head(),
    ...pathTable.map(pathSection),
    measuring(),
    alertTable(),
    burnTable(),
    onePage(),
    availability(),
    runbook(),
  ].join('\n\n');
  return format(text, { ...(await resolveConfig(join(__dirname, 'docs.ts'))), parser: 'markdown' });
}

function head(): string {
  return `# Paths and alerts

<!-- Made by \`npx tsx signals/docs.ts\` from signals/paths.ts and signals/alert-catalogue.ts: change those, not this page. -->

What is probed, what is promised, what alerts say and what to do then. Every number below is a default; \`Pulumi.<stack>.yaml\` tunes it.

## Paths`;
}

function pathSection(row: PathRow): string {
  const { defaults } = row;
  const probes = row.probes.map(
    (probe) =>
      `| ${probe.name} | ${probe.conn} | ${number(probe.share * 100)} % | ${probe.calls} | ${probe.hops.join(', ')} |`,
  );
  const reasons = Object.entries(row.reasons).map(([reason, meaning]) => `| \`${reason}\` | ${meaning} |`);
  return `### ${row.title} (\`${row.name}\`)

${row.answer}

Hops: ${row.hops.map((hop, index) => `${index + 1} = ${hop.from} → ${hop.to}`).join(', ')}. Objectives: ${number(defaults.availabilityPercent)} % answered right, ${number(defaults.latencyPercent)} % of those within ${defaults.latencyBoundMs} ms. ${number(defaults.ratePerSecond)} probes per second over all injectors, timeout ${defaults.timeoutMs} ms. Look first at: ${row.look.join(', ')}.

| probe | connection | share | calls | hops that can fail |
|---|---|---|---|---|
${probes.join('\n')}

| reason | meaning |
|---|---|
${reasons.join('\n')}

Connections: ${connectionsOf(row)
    .map((conn) => `\`${conn}\``)
    .join(', ')}. A \`fresh\` one looks the name up and connects anew; a \`kept\` one was used before.`;
}

function measuring(): string {
  const metrics = Object.entries(pushedMetrics).map(
    ([name, labels]) => `| \`${name}\` | ${labels.map((label) => `\`${label}\``).join(', ')} |`,
  );
  return `## What is counted

Each probe has one outcome: \`ok\`; \`slow\` (right, but later than the bound); \`failed\`, with a reason and the hop that failed; \`error\`, the prober's own fault (an exception, or the injector itself was late), which is in no objective.
Availability is (ok + slow) / (ok + slow + failed), latency is ok / (ok + slow): a failure burns once. No probes, no number.

| metric | labels |
|---|---|
${metrics.join('\n')}

Every counter starts at 0 one export before the first probe, so the first failure in the life of a process counts. Pushed series have no end marker and linger for five minutes: rules ask whether a counter *grew*, never whether a series exists.`;
}

function alertTable(): string {
  const rows = alertCatalogue.map(
    (entry) =>
      `| [${entry.name}](#${entry.name.toLowerCase()}) | ${kindText(entry)} | ${entry.meaning} | ${inhibitedBy(defaultModel(), entry.name).join(', ') || '–'} |`,
  );
  return `## Alerts

| alert | severity | meaning | muted by |
|---|---|---|---|
${rows.join('\n')}`;
}

function burnTable(): string {
  const rows = [7, 28, 30, 90].map((periodDays) => {
    const model = defaultModel({ periodDays: periodDays as 7 | 28 | 30 | 90 });
    const cells = model.paths.slice(0, 1).flatMap((path) => burnWindows(model, path));
    return `| ${periodDays} d | ${cells.map((w) => `${duration(w.longSeconds)} / ${duration(w.shortSeconds)}`).join(' | ')} |`;
  });
  return `### Windows of the burn alerts

Long / short window; both must burn. Windows scale with the period, factors stay, and a short window is never under max(2 min, 20 probes).

| period | 14.4 (page) | 6 (page) | 3 (ticket) | 1 (ticket) |
|---|---|---|---|---|
${rows.join('\n')}

Burn is \`bad / max(total, rate × window)\`: the budget really spent. Ten minutes of data can not look like a spent week.`;
}

function onePage(): string {
  const model = defaultModel();
  const path = model.paths[0];
  const mutes = model.paths
    .filter(({ name }) => followers(model, name).length > 0)
    .map(({ name }) => `| \`${name}\` | ${followers(model, name).join(', ')} |`);
  const alone = model.paths.filter(({ name }) => leaders(model, name).length === 0).map(({ name }) => name);
  const times = path
    ? `With the defaults *PathDown* comes ${downWindowSeconds(model, path)}…${noticeSeconds(model, path)} s after the last good probe, *ProbesMissing* ${missingWindowSeconds(model, path) + missingForSeconds} s and a few after the last probe.`
    : '';
  return `### One page per cause

${times} *PathDown* resolves 30 s after the first good probe (notified at the next interval of the group, at most 30 s later).

A total outage also spends budget: 52 s of it are more than 14.4 × 0.1 % of an hour, and long windows hold it for days. Two things keep that quiet:

1. Burn alerts read \`slo:unpaged_error:ratio_rate*\`: failures while *PathDown* held, and in the seconds before that it takes to notice, are taken out: as they were counted, so a changed rate changes nothing. \`slo:sli_error:ratio_rate*\`, the budget left and every figure keep them.
2. \`PathRecentlyDown\`, which tells nobody, mutes the burn alerts and tickets of its path during an outage and for the short window of the fastest burn plus 30 s after it.

Paths explain each other too. A page of the left mutes those of the right, until 90 s after it ends (\`SharedCauseDown\`), and says so; failures of the right while the left was down are taken out of their burn as well. Nothing mutes a page of ${alone.join(', ')}. Pages of the right that may come at the very moment of the left (they end at the same server) wait 10 s for it. All paths that are not measured are one notification.

| page of | mutes pages of |
|---|---|
${mutes.join('\n')}

What this costs: a *partial* fault that begins within five and a half minutes after an outage is notified up to that much later (a new total outage pages at once), and a budget spent by outages alone is not told by a ticket: its pages were. A path of the right that fails for a reason of its own while the left is down is told when the left is well. If the rules did not run during an outage (Prometheus down), nobody was paged: its failures may burn.`;
}

function availability(): string {
  const model = defaultModel();
  const windows = availabilityWindows(model).map(duration).join(', ');
  const ofStore = windowsOfTheStore(model).map(duration).join(' and ');
  const { ratio, coverage } = ofAnyStore(90 * 86_400);
  return `### Availability and what is known

\`slo:availability:ratio_*\` is (ok + slow) / (ok + slow + failed) over ${windows}, weighed by count; \`slo:availability_coverage:ratio_*\` is the share of the window in which probes were counted. Under ${number(leastCoverage * 100)} % of coverage readers show "n % of the window known" in place of a figure. No probes, no number.

${ofStore} are beyond the retention of Prometheus. It sends three series to a long-term store, every minute, and nothing else:

| series | labels | what |
|---|---|---|
| \`${recorded.sentTotal}\` | \`path\`, \`instance\` | probes that say something about the path, cumulative, of one injector |
| \`${recorded.sentBad}\` | the same | those of them that failed |
| \`${recorded.sentKnown}\` | \`path\` | share of the minute in which probes were counted |

The counts are cumulative, so a record that is lost loses no probe and one that comes twice adds none: after an outage of the store, or of Prometheus, of whatever length the next record says all, but for injectors that ended meanwhile. What is missing is time, and the coverage says so. The first record of a process is 0, so its first failures count. An injector whose process dies and begins again in its pod may lose its last minute.

The stack's own store adds them up and Prometheus fetches the results, so all windows are on one data source. In a store of your own load this as rules, or ask it (here over 90 days):

\`\`\`
${ratio}
${coverage}
\`\`\``;
}

function runbook(): string {
  const sections = alertCatalogue.map(
    (entry) => `### ${entry.name}

${entry.meaning} ${kindText(entry) === '–' ? '' : `Severity: ${kindText(entry)}.`}

**Fires when:** ${entry.condition}

**Likely causes:**

${entry.causes.map((cause) => `- ${cause}`).join('\n')}

**What to do:**

${entry.steps.map((step, index) => `${index + 1}. ${step}`).join('\n')}`,
  );
  return `## Runbook

${sections.join('\n\n')}
`;
}

function kindText(entry: AlertEntry): string {
  return entry.kind === 'none' ? '–' : entry.kind;
}

if (require.main === module) {
  void pathsAndAlertsPage().then((page) => writeFileSync(join(__dirname, '..', pageFile), page));
}
