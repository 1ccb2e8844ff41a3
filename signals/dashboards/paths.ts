import {
  connectionsTotal,
  droppedTotal,
  heldBackTotal,
  interruptionsTotal,
  lateTotal,
  probeDuration,
  probesTotal,
  recorded,
} from '../metrics';
import type { PathSettings, SignalModel } from '../model';
import { connectionsOf, callsEcho, callsSource, overHttp, pathRow } from '../paths';
import { increase, number, select, sumBy } from '../promql';
import { countersOf, objectivePercent } from '../recording-rules';
import { readsGateway } from '../gateway';
import { knownMaskers, maskers } from '../masked';
import { echoRow, gatewayRow, nameServerRow, serverRow } from './far-ends';
import { ambientRow } from './ambient-row';
import { meshRow } from './mesh-row';
import { nodeRows } from './nodes';
import { colors, type DashboardSpec, type Panel, type PanelQuery, type Row } from './panels';
import { perSecond, quantile, rate } from './queries';

/** Quantiles that are drawn for each path. */
const quantiles = [0.5, 0.9, 0.99, 0.999] as const;
const hour = 3600;

/** *Paths*: all paths side by side, then for each what was asked and sent, how it ended and why, and how long it took. */
export function pathsDashboard(model: SignalModel): DashboardSpec {
  return {
    name: 'paths',
    title: 'paths',
    description: 'What the probes of every path came to: outcomes, reasons with hop, latency, interruptions.',
    from: 'now-1h',
    rows: [
      { title: 'All paths', panels: overview(model) },
      ...nodeRows(model),
      ...model.paths.map((path) => pathPanels(model, path)),
      ...(model.paths.some((path) => callsSource(path)) ? [serverRow()] : []),
      ...(model.paths.some(({ name }) => name === 'dns') ? [nameServerRow()] : []),
      ...(readsGateway(model) ? [gatewayRow(model)] : []),
      ...(model.mesh ? [model.mesh.ambient ? ambientRow(model) : meshRow(model)] : []),
      ...(model.paths.some((path) => callsEcho(path)) ? [echoRow()] : []),
    ],
  };
}

function overview(model: SignalModel): Panel[] {
  const byPath = (expr: string): PanelQuery[] => [{ expr, legend: '{{path}}' }];
  return [
    {
      kind: 'lines',
      title: 'Sent, of what was asked',
      description:
        'Probes counted per second, over the rate of the config. Under 100 % less is measured than was asked for.',
      unit: 'percentunit',
      min: 0,
      width: 8,
      queries: byPath(
        `${perSecond(probesTotal, {}, ['path'])} / on (path) ${sumBy(['path'], recorded.rateAsked)}`,
      ),
    },
    {
      kind: 'lines',
      title: 'Failed, of all',
      description: 'Failed probes, of ok, slow and failed.',
      unit: 'percentunit',
      min: 0,
      width: 8,
      queries: byPath(
        `${sumBy(['path'], rate(countersOf(model, recorded.bad)))} / (${sumBy(['path'], rate(countersOf(model, recorded.total)))} > 0)`,
      ),
    },
    {
      kind: 'lines',
      title: 'p99 of answered probes',
      description: 'Of right answers only; a probe that failed has no latency.',
      unit: 'ms',
      min: 0,
      width: 8,
      queries: byPath(quantile(0.99, probeDuration, {}, ['path'])),
    },
  ];
}

function pathPanels(model: SignalModel, path: PathSettings): Row {
  const row = pathRow(path);
  const hops = row.hops.map(({ from, to }, index) => `${index + 1} = ${from} → ${to}`).join(', ');
  return {
    title: `${path.name}: ${row.title}`,
    panels: [
      asked(path),
      outcomes(path),
      failures(path, hops),
      latency(path),
      notThePathsFault(path),
      ...(row.stream ? [interruptions(path)] : []),
      ...(row.protocol === 'udp' ? [late(path)] : []),
      ...(knownMaskers(model, path).length > 0 ? [masked(model, path)] : []),
      ...(overHttp(path) && connectionsOf(row).includes('kept') ? [connections(path)] : []),
    ],
  };
}

function asked({ name, ratePerSecond }: PathSettings): Panel {
  return {
    kind: 'lines',
    title: `${name}: asked and sent`,
    description: `Probes per second over all injectors. Asked are ${number(ratePerSecond)}.`,
    unit: 'cps',
    min: 0,
    width: 8,
    queries: [
      { expr: select(recorded.rateAsked, { path: name }), legend: 'asked' },
      { expr: perSecond(probesTotal, { path: name }, ['path']), legend: 'sent' },
    ],
  };
}

function outcomes(path: PathSettings): Panel {
  return {
    kind: 'stacked',
    title: `${path.name}: outcomes`,
    description: `Probes per second by outcome. slow is right, but over ${number(path.latencyBoundMs)} ms; error is the prober’s own fault and in no figure.`,
    unit: 'cps',
    min: 0,
    width: 8,
    queries: [{ expr: perSecond(probesTotal, { path: path.name }, ['outcome']), legend: '{{outcome}}' }],
  };
}

function failures(path: PathSettings, hops: string): Panel {
  const reasons = Object.entries(pathRow(path).reasons).map(([reason, meaning]) => `${reason}: ${meaning}`);
  return {
    kind: 'stacked',
    title: `${path.name}: failed, by reason and hop`,
    description: `Failed probes per second. Hop ${hops}. ${reasons.join('; ')}.`,
    unit: 'cps',
    min: 0,
    width: 8,
    queries: [
      {
        expr: perSecond(probesTotal, { path: path.name, outcome: 'failed' }, ['reason', 'hop']),
        legend: '{{reason}}, hop {{hop}}',
      },
    ],
  };
}

function latency(path: PathSettings): Panel {
  return {
    kind: 'lines',
    title: `${path.name}: latency`,
    description: `Quantiles of right answers. The line is the bound of the objective: ${number(objectivePercent(path, 'latency'))} % within ${number(path.latencyBoundMs)} ms. Buckets are a few percent wide.`,
    unit: 'ms',
    min: 0,
    width: 8,
    queries: quantiles.map((share) => ({
      expr: quantile(share, probeDuration, { path: path.name }, ['path']),
      legend: `p${number(share * 100)}`,
    })),
    steps: [
      { from: null, color: colors.none },
      { from: path.latencyBoundMs, color: colors.warning },
    ],
  };
}

function notThePathsFault({ name }: PathSettings): Panel {
  return {
    kind: 'stacked',
    title: `${name}: not the path’s fault`,
    description:
      'Per second: dropped (the injector could not start it in time), held back (the far end asked for less), and errors of the prober by reason. None burns budget.',
    unit: 'cps',
    min: 0,
    width: 8,
    queries: [
      {
        expr: perSecond(droppedTotal, { path: name }, ['path']),
        legend: 'dropped',
        mayBeEmpty: 'k6 makes this counter with the first probe that it drops',
      },
      { expr: perSecond(heldBackTotal, { path: name }, ['path']), legend: 'held back' },
      {
        expr: perSecond(probesTotal, { path: name, outcome: 'error' }, ['reason']),
        legend: 'error: {{reason}}',
      },
    ],
  };
}

function interruptions({ name }: PathSettings): Panel {
  return {
    kind: 'stacked',
    title: `${name}: interruptions per hour`,
    description:
      'Streams that ended though nobody wanted it, in the hour before: closed in good order, reset, silent, or not to be opened again (connect).',
    unit: 'short',
    min: 0,
    width: 8,
    queries: [
      {
        expr: sumBy(['reason'], increase(select(interruptionsTotal, { path: name }), hour)),
        legend: '{{reason}}',
      },
    ],
  };
}

/** In no figure: what a client or a gateway repeated is a fault that the path did not show. */
function masked(model: SignalModel, path: PathSettings): Panel {
  const known = knownMaskers(model, path).map((by) => maskers[by]);
  return {
    kind: 'stacked',
    title: `${path.name}: masked attempts per hour`,
    description: `Attempts that failed and were repeated on the way, so that no probe shows them, in the hour before; by who repeated. In neither good nor total. Counted of ${known.join(' and ')}.`,
    unit: 'short',
    min: 0,
    width: 8,
    queries: [
      {
        expr: sumBy(['by'], increase(select(recorded.masked, { path: path.name }), hour)),
        legend: '{{by}}',
      },
    ],
  };
}

function connections({ name }: PathSettings): Panel {
  return {
    kind: 'stacked',
    title: `${name}: connections of kept probes`,
    description:
      'Answered probes per second that asked for a kept connection: reused one, or had to have one opened because the pool had none left.',
    unit: 'cps',
    min: 0,
    width: 8,
    queries: [{ expr: perSecond(connectionsTotal, { path: name }, ['how']), legend: '{{how}}' }],
  };
}

function late({ name }: PathSettings): Panel {
  return {
    kind: 'lines',
    title: `${name}: late answers per hour`,
    description:
      'Answers that came after their probe was given up as lost, in the hour before: delayed, not dropped.',
    unit: 'short',
    min: 0,
    width: 8,
    queries: [{ expr: sumBy(['path'], increase(select(lateTotal, { path: name }), hour)), legend: 'late' }],
  };
}
