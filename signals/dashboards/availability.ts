import {
  availabilityName,
  availabilityWindows,
  coverageName,
  leastCoverage,
  windowsOfTheStore,
} from '../availability';
import { recorded } from '../metrics';
import type { PathSettings, SignalModel } from '../model';
import { pathRow } from '../paths';
import { duration, number, select, sumBy } from '../promql';
import { countersOf, objectivePercent, type Sli } from '../recording-rules';
import { measuredNowQuery } from '../status';
import { budgetShare, burnWindows, periodIntervalSeconds } from '../windows';
import { sloNames } from './names';
import { colors, type DashboardSpec, type Panel, type PanelQuery, type Step } from './panels';
import { floored, ofEveryPath, shareGood } from './queries';

/** What *now* is, in seconds: the window of `npm run status`. */
const nowSeconds = 300;

const soonAfterStart = `rules of the period are evaluated every ${duration(periodIntervalSeconds)}`;

/** *Availability*: is every path good, was it, and what may it still lose. */
export function availabilityDashboard(model: SignalModel): DashboardSpec {
  const period = `${model.periodDays} d`;
  return {
    name: 'availability',
    title: 'availability',
    description:
      'Every path against its objective: now, and over windows from an hour to a year; what is left of its budget.',
    from: 'now-6h',
    rows: [
      {
        title: 'Answered right, of all probes',
        panels: [
          now(model),
          ...availabilityWindows(model).map((seconds) => over(model, seconds)),
          measured(model),
        ],
      },
      { title: `Error budget of ${period}`, panels: budgetPanels(model) },
      {
        title: 'How fast it is spent',
        panels: [burnPanel(model, 'availability'), burnPanel(model, 'latency')],
      },
      {
        title: 'Over time',
        panels: [
          overTime(
            model,
            'Answered right',
            'ok and slow, of all probes that were counted; five minutes each. A gap is time without probes.',
            shareGood(countersOf(model, recorded.bad), countersOf(model, recorded.total), nowSeconds),
            'availability',
          ),
          overTime(
            model,
            'Answered in time',
            'ok, of all that were answered right; five minutes each. A failed probe is in neither.',
            shareGood(countersOf(model, recorded.slow), countersOf(model, recorded.answered), nowSeconds),
            'latency',
          ),
        ],
      },
    ],
  };
}

/** As `npm run status` has it: what was good some minutes ago says nothing of a path that nobody probes now. */
function now(model: SignalModel): Panel {
  const good = shareGood(countersOf(model, recorded.bad), countersOf(model, recorded.total), nowSeconds);
  const expr = floored(`(${good}) and on (path) (${measuredNowQuery(model)})`);
  return figure(model, 'Now (5 min)', 'The last five minutes, as in `npm run status`.', [
    { expr: ofEveryPath(expr), legend: '{{path}}' },
  ]);
}

/** A window that is not known well enough says how much of it is known, in place of a figure that would speak for all of it. */
function over(model: SignalModel, seconds: number): Panel {
  const coverage = coverageName(seconds);
  const known = `${coverage} >= ${number(leastCoverage)}`;
  const window = duration(seconds);
  const byWhom = windowsOfTheStore(model).includes(seconds)
    ? 'added up by the long-term store from the counts that it keeps'
    : `of what is counted every ${duration(periodIntervalSeconds)}`;
  return figure(
    model,
    window,
    `Weighed by count, ${byWhom}. A path of which less than ${number(leastCoverage * 100)} % of the window is known reads "known", with that share.`,
    [
      {
        expr: `${floored(availabilityName(seconds))} and on (path) (${known})`,
        legend: '{{path}}',
        mayBeEmpty: `less than ${number(leastCoverage * 100)} % of ${window} is known yet`,
      },
      {
        expr: `(${coverage} < ${number(leastCoverage)}) or on (path) (${sumBy(['path'], recorded.pathInfo)} * NaN unless on (path) ${coverage})`,
        legend: '{{path}}: known',
        mayBeEmpty: `${window} is known of every path`,
      },
    ],
  );
}

function figure(model: SignalModel, title: string, more: string, queries: readonly PanelQuery[]): Panel {
  return {
    kind: 'figures',
    title,
    description: `${more} ok and slow, of ok, slow and failed. Red: below the objective. No probes, no number; 0 % is 0 %. Never rounded up.`,
    unit: 'percentunit',
    decimals: 3,
    width: 6,
    height: 9,
    queries,
    steps: [{ from: null, color: colors.none }],
    stepsOf: objectiveSteps(model, 'availability'),
  };
}

/** What is known of each window, of the path of which least is known. Of a path without any coverage nothing is known: 0 is the truth. */
function measured(model: SignalModel): Panel {
  return {
    kind: 'figures',
    title: 'Known',
    description:
      'Share of each window in which probes were counted, of the path where it is lowest. A young stack starts near 0.',
    unit: 'percentunit',
    decimals: 2,
    width: 6,
    height: 9,
    queries: availabilityWindows(model).map((seconds) => ({
      expr: `min(${coverageName(seconds)} or on (path) ${sumBy(['path'], recorded.pathInfo)} * 0)`,
      legend: duration(seconds),
    })),
    steps: [
      { from: null, color: colors.warning },
      { from: leastCoverage, color: colors.good },
    ],
  };
}

function objectiveSteps(model: SignalModel, sli: Sli): Record<string, Step[]> {
  return Object.fromEntries(
    model.paths.map((path) => [
      path.name,
      [
        { from: null, color: colors.bad },
        { from: share(objectivePercent(path, sli)), color: colors.good },
      ],
    ]),
  );
}

function budgetPanels(model: SignalModel): Panel[] {
  const left = (sli: Sli): Panel => ({
    kind: 'figures',
    title: `Budget left: ${sli}`,
    description: `Share of the ${sli} budget of ${model.periodDays} d that is not spent. Under 0 the objective is missed, whatever comes.`,
    unit: 'percentunit',
    decimals: 1,
    width: 6,
    height: 9,
    queries: [
      {
        expr: ofEveryPath(select(sloNames.budgetLeft, { sloth_slo: sli })),
        legend: '{{path}}',
        mayBeEmpty: soonAfterStart,
      },
    ],
    steps: [
      { from: null, color: colors.bad },
      { from: 0, color: colors.warning },
      { from: 0.25, color: colors.good },
    ],
  });
  return [
    left('availability'),
    left('latency'),
    objective(model, 'availability'),
    objective(model, 'latency'),
  ];
}

function objective(model: SignalModel, sli: Sli): Panel {
  const promise = (path: PathSettings): string =>
    sli === 'availability'
      ? `${path.name} is ${pathRow(path).title}`
      : `${path.name} within ${number(path.latencyBoundMs)} ms`;
  return {
    kind: 'figures',
    title: `Objective: ${sli}`,
    description: `${sli === 'availability' ? 'Share of probes promised to be answered right.' : 'Share of right answers promised to come in time.'} Paths: ${model.paths.map(promise).join('; ')}.`,
    unit: 'percentunit',
    decimals: 3,
    width: 6,
    height: 9,
    queries: [{ expr: ofEveryPath(select(sloNames.objective, { sloth_slo: sli })), legend: '{{path}}' }],
    steps: [{ from: null, color: colors.plain }],
  };
}

function burnPanel(model: SignalModel, sli: Sli): Panel {
  const factors = [
    ...new Set(model.paths.flatMap((path) => burnWindows(model, path).map(({ factor }) => factor))),
  ];
  const [lowest = 1] = factors.sort((a, b) => a - b);
  const paging = Math.min(
    ...model.paths.flatMap((path) =>
      burnWindows(model, path).flatMap((w) => (w.kind === 'page' ? [w.factor] : [])),
    ),
  );
  return {
    kind: 'lines',
    title: `Burn: ${sli}`,
    description: `How many times faster than allowed the ${sli} budget is being spent; 1 spends it exactly. Alerts ask for ${factors.map(number).join(', ')} over two windows each${sli === 'availability' ? '; the upper two page' : ''}.`,
    unit: 'none',
    min: 0,
    width: 12,
    queries: [{ expr: select(sloNames.currentBurn, { sloth_slo: sli }), legend: '{{path}}' }],
    steps: [
      { from: null, color: colors.none },
      { from: lowest, color: colors.warning },
      ...(Number.isFinite(paging) ? [{ from: paging, color: colors.bad }] : []),
    ],
  };
}

function overTime(model: SignalModel, title: string, description: string, expr: string, sli: Sli): Panel {
  const lowest = Math.min(...model.paths.map((path) => share(objectivePercent(path, sli))));
  return {
    kind: 'lines',
    title,
    description: `${description} The line is the lowest objective of a path.`,
    unit: 'percentunit',
    max: 1,
    width: 12,
    queries: [{ expr, legend: '{{path}}' }],
    ...(Number.isFinite(lowest)
      ? {
          steps: [
            { from: null, color: colors.bad },
            { from: lowest, color: colors.none },
          ],
        }
      : {}),
  };
}

/** Percent as a share, free of binary crumbs. */
function share(percent: number): number {
  return Number((1 - budgetShare(percent)).toPrecision(12));
}
