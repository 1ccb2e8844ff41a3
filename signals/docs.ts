/** Makes `docs/paths-and-alerts.md` from the tables: `tsx signals/docs.ts` writes it, a test checks that it is current. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alertCatalogue, type AlertEntry } from './alert-catalogue';
import { explainedWaitSeconds, fromBehindWaitSeconds, longestWaitSeconds } from './alertmanager';
import { availabilityWindows, leastCoverage, windowsOfTheStore } from './availability';
import { followers, leaders } from './dependencies';
import { inhibitedBy } from './inhibitions';
import { ofAnyStore } from './long-term';
import { knownMaskers, maskers } from './masked';
import { pushedMetrics, recorded } from './metrics';
import { defaultModel } from './model';
import {
  defaultNodeProber,
  nodeProtocols,
  nodeRatePerSecond,
  nodeReasons,
  pairsPerNode,
  seriesPerNode,
} from './node-model';
import { nodeMetrics, nodeRecorded, nodeRecordedLabels } from './node-metrics';
import { pairWindowSeconds } from './node-rules';
import { connectionsOf, pathNames, type PathRow, pathTable } from './paths';
import { ownTargetsAnchor } from './own-targets';
import { oldKinds, oldRoles, successors } from './predecessors';
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
    ownTargets(),
    nodeSection(),
    measuring(),
    maskedFaults(),
    alertTable(),
    burnTable(),
    onePage(),
    availability(),
    farEnds(),
    predecessors(),
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

function ownTargets(): string {
  const anchor = ownTargetsAnchor.replaceAll('-', ' ');
  return `### ${anchor[0]?.toUpperCase() ?? ''}${anchor.slice(1)}

URLs, DNS names and TCP ports of the config's section \`targets\` are paths like those above: [targets](targets.md) says how they are written and what each reason means. An alert on one carries its name as \`path\` and its team as \`owner\`, and says what a right answer is.

**What to do when one of them is down or burns:**

1. Read the reason in the alert. \`dns\`: does the name resolve from a pod, and is the path \`dns\` well? \`connect\`: does something listen, are there endpoints, does a network policy of its namespace let namespace \`continuous-load\` in? \`tls\`: has the certificate expired, does it hold the name, is its authority trusted (\`injector.authorities\`)? \`timeout\`, \`silence\`, \`reset\`: is it overloaded, what is between? \`status\`, \`body\`, \`answer\`: it answers, and not what it should; were its token or its answer changed?
2. Ask it yourself from inside, as the injector does: \`kubectl -n continuous-load run try --rm -it --restart=Never --image=curlimages/curl -- -v URL\`.
3. It is up for everybody but the probe: mend the entry in \`targets\`; a target that is gone for good is removed there.
4. It is down: tell its owner, the label \`owner\` of the alert.`;
}

function nodeSection(): string {
  const prober = defaultNodeProber;
  const reasons = nodeProtocols.flatMap((protocol) =>
    Object.entries(nodeReasons[protocol]).map(
      ([reason, meaning]) => `| ${protocol} | \`${reason}\` | ${meaning} |`,
    ),
  );
  const metrics = [...Object.entries(nodeMetrics), ...Object.entries(nodeRecordedLabels)].map(
    ([name, labels]) => `| \`${name}\` | ${labels.map((label) => `\`${label}\``).join(', ')} |`,
  );
  return `## Node × node

The paths above end at a Service, so nobody knows which node answered: their series have no target node. For _only node 3 → node 1 over UDP_ there is an echo and a light prober on every node. Each prober probes its own node's echo and those of ${prober.peers} other nodes over ${nodeProtocols.join(' and ')}, ${number(prober.ratePerSecond)} probes a second to each over each, on a fresh connection by address: no name and no Service is between. Over TCP more than two full packets go each way, so that an MTU that is too small shows; over UDP a small datagram.

Where there are more nodes than peers, each hour brings others: all nodes stand in a circle that the hour shuffles, and each probes the next ${prober.peers}. So each node is probed by ${prober.peers} others, a node that comes or goes changes the peers of ${prober.peers} only, and whoever fails stays until it is well. Peers are found in the EndpointSlices of the headless Service \`node-echo\`, which name node and zone of each; an echo that is about to end is not probed any more.

A node has at most ${pairsPerNode(prober)} pairs, sends ${number(nodeRatePerSecond(prober))} probes a second and shows ${seriesPerNode(prober)} series: so a cluster of N nodes has N × (peers + 1) × protocols pairs, never N × N. A pair is down after ${pairWindowSeconds(prober)} s without a good answer. There is no objective and no page for a pair: what it breaks for users is told by the paths.

| protocol | reason | meaning |
|---|---|---|
${reasons.join('\n')}

\`relation\` is \`same-node\`, \`same-zone\`, \`other-zone\`, or \`other-node\` where a zone is not known. The matrix is \`${nodeRecorded.success}\`, drawn on the dashboard _paths_.

| metric | labels |
|---|---|
${metrics.join('\n')}`;
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

function maskedFaults(): string {
  const model = defaultModel();
  const named = pathNames.map((name) => [name, knownMaskers(model, { name })] as const);
  const counted = named
    .filter(([, known]) => known.length > 0)
    .map(([name, known]) => `| \`${name}\` | ${known.map((by) => `\`${by}\`: ${maskers[by]}`).join(', ')} |`);
  const rest = named.filter(([, known]) => known.length === 0).map(([name]) => `\`${name}\``);
  return `### Masked attempts

An attempt that fails and is repeated on the way ends as a good probe: nobody sees the fault. Such attempts have a counter of their own, \`masked_attempts_total{path, by, instance}\`, recorded every 30 s. It is in neither good nor total, never pages and never makes a ticket; the dashboard _paths_ shows it per path. Exact counts, no estimates: where nobody counts there is no series, and no 0.

| path | who may repeat, and is counted |
|---|---|
${counted.join('\n')}

- **\`client\`**: Go, in which k6 is written, sends a request again without a word when a connection that was used before is dead before the first byte of an answer. Tried out against a server that counts: over HTTP/1.1 a GET is, and what carries an \`Idempotency-Key\`; a POST, PUT or DELETE is not, it fails with \`reset\`. So the probes over plain HTTP are POSTs without such a key, and their count stays 0 but for requests of which not one byte was written. Over HTTP/2, as with \`api-server\`, a broken connection fails every request, and every request is repeated that the server says it has not touched (a refused stream, or one after its GOAWAY, as an API server sends that is rolled out). k6 with the extension counts the attempts of each request, and its count was that of the server in each of these cases; a released k6 cannot, so a stack without a path that needs the extension has no such series.
- **\`gateway\`**: Envoy's \`upstream_rq_retry\`, of the gateway that the stack runs itself (the lab). It repeats nothing unless \`gateway.retries\` says so; then connect failures, refused streams and 503. Probes of \`ingress-external\` say their path in a header and go to a Service of their own, so that Envoy counts both paths apart. What happens between the start of a pod of the gateway and its first scrape is not counted. **A gateway of your own is not scraped**: what it repeats (Istio does, twice, by default) is not known here, so on such a stack these paths have no \`gateway\` series.
- **\`sidecar\`**: the same counter of the Envoys beside the source of each path through the mesh. \`mesh\` is routed without repeats, so its count stays 0; \`mesh-retry\` repeats as Istio does by default (connect failures, refused streams, gRPC’s unavailable and cancelled, 503; \`mesh.retries\` times), at another pod of target where it finds one. Both send the same to the same pods, so what one loses the other masks: [mesh](mesh.md).
- **\`waypoint\`**: the same in mode ambient, where a waypoint before target repeats for \`mesh-retry\`. On \`mesh\` only ztunnel is on the way, which repeats nothing, so there is no series.
- Not counted on ${rest.join(', ')}. \`grpc\` and \`grpc-stream\`: gRPC repeats a call by itself when no server has handled it (the connection died first, or the server refused the stream), before any answer is there to be lost. k6 has no place to count it and the server never saw the call, so there is no number to show; fresh connections, half of the probes of \`grpc\`, have nothing of the kind. \`websocket\`, \`tcp\`, \`udp\` and \`dns\` are sent once by our own code: there is nothing to mask. Behind \`source\`, podinfo's own client repeats as Go does; its probes are POSTs.`;
}

function farEnds(): string {
  return `### What is read of the surroundings

| of | latency | traffic, against what is asked | errors | saturation |
|---|---|---|---|---|
| injector | LatencyBurn | ProbesShort, ProbesOver, ProbesDropped | ProberErrors | InjectorSaturated |
| source, target | ServerSlow | ServerTraffic | ServerErrors | CpuThrottled, MemoryNearLimit |
| gateway of the stack | GatewaySlow | GatewayTraffic | GatewayErrors | GatewaySaturated, CpuThrottled, MemoryNearLimit |
| mesh | MeshSlow | MeshTraffic | MeshErrors, MeshConnectFailures, MeshCertificateExpiring | MeshSaturated |
| istiod of the stack | MeshConvergenceSlow | – | MeshConfigRejected, MeshRootExpiring | CpuThrottled, MemoryNearLimit |
| gateway of your own | LatencyBurn | – | SloFastBurn, reasons \`route\`, \`upstream\` | – |
| echo | LatencyBurn | EchoTraffic | EchoErrors, EchoRefusing | EchoNearLimit, CpuThrottled, MemoryNearLimit |
| CoreDNS | DnsServerSlow | – | DnsServerErrors | – |
| nodes | – | – | NodeNotReady | ConntrackNearFull |

- **A gateway of your own** (\`gateway.class\`) runs where its class puts it, under names and with metrics that differ from class to class: none of it is scraped, there is no alert and no panel of it, and only the probes through it speak.
- **Conntrack**: neither the kubelet nor cAdvisor has it, and a pod sees only the table of its own network. A node_exporter has; where kube-prometheus-stack runs one in namespace \`monitoring\` (label \`app.kubernetes.io/name: prometheus-node-exporter\`, port \`http-metrics\`) its two figures are scraped and ConntrackNearFull works. Elsewhere, and in the lab, nothing is known: the panel reads "no data", and a full table shows as \`timeout\`, \`loss\` or \`silence\` of fresh connections.
- **Pools of connections**: \`k6_connections_total{how="opened"}\` counts answered probes that asked for a kept connection and had to have one opened; a steady rate of it says that something ends idle connections. Envoy's pool and echo's connections against their bound are in the rows of the servers' own views.`;
}

function predecessors(): string {
  const link = (name: string) => `[${name}](#${name.toLowerCase()})`;
  const rows = oldRoles.flatMap((role) =>
    Object.entries(successors[role]).map(
      ([kind, names]) => `| \`Continuous_Load_${role}_${kind}\` | ${names.map(link).join(', ')} |`,
    ),
  );
  const kinds = Object.entries(oldKinds).map(([kind, meaning]) => `\`${kind}\`: ${meaning}`);
  return `### Where the old alerts went

For those who come from continuous-load as it was from 2022 to 2024: what took the place of each of its 24 alerts. They asked: ${kinds.join('; ')}. Fixed bounds on requests per second are now multiples of the rate in the config; bounds on a minute's quantile and on single errors are now burn rates of an objective; shares of what a container requested are now shares of its limit, and of the time in which it is throttled.

| old | now |
|---|---|
${rows.join('\n')}`;
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

Burn is \`bad / max(total, rate × window)\`: the budget really spent. Ten minutes of data can not look like a spent week. The rate is that of today: one that is raised fourfold makes a budget that was spent look like a quarter of it until the old probes are out of the window, so raise it when the budget is well.`;
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

Paths explain each other too. A page of the left mutes those of the right, until 90 s after it ends (\`SharedCauseDown\`), and says so; failures of the right while the left was down are taken out of their burn as well. A burn of the left mutes that of the right only as far as it explains it: up to three times the share that the left loses (\`ExplainedBurn\`). Nothing mutes a page of ${alone.join(', ')}. Pages of the right that may come at the very moment of the left (they end at the same server, or make a connection by name for each probe) wait ${explainedWaitSeconds} s for it, and those that the gateway alone may lose (target is to stop: it sends nothing more there, while open connections to target still answer) ${fromBehindWaitSeconds(model)} s, more with a longer \`podinfo.drain.preStop\`; both more where the left is probed less often and so noticed later, up to ${longestWaitSeconds} s. All paths that are not measured are one notification.

**An injector that was given up** (its pod is deleted and half a minute overdue, as kube-state-metrics tells: its node is cut off, or its kubelet dead) has been replaced, and its node was told of. What it lost while it was cut off comes all at once when it is back: every figure keeps it, the burn alerts leave it out. The API server refuses the token of such a pod; those refusals of \`api-server\` are in no figure at all, and *PathDownFromOneSource* says nothing of them. A refusal that other injectors see is counted and told as ever. Without kube-state-metrics nobody counts as given up.

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
| \`${recorded.sentTotal}\` | \`path\`, \`instance\`; on \`api-server\` also \`reason="status"\` for refusals | probes that say something about the path, cumulative, of one injector |
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
