import { createHash } from 'node:crypto';
import { severityValues } from '../alertmanager';
import { recorded } from '../metrics';
import type { SignalModel } from '../model';
import { duration } from '../promql';
import { alertsDashboard } from './alerts';
import { availabilityDashboard } from './availability';
import { toGrafana, type GrafanaDashboard } from './grafana';
import { dashboardNames, type DashboardName, type DashboardSpec, type Panel } from './panels';
import { pathsDashboard } from './paths';
import { rateInterval, rateWindowSeconds } from './queries';
import { resourcesDashboard } from './resources';

export type { GrafanaDashboard } from './grafana';
export { dashboardNames, type DashboardName, type DashboardSpec } from './panels';

/** Grafana's limit for a uid. */
const longestUid = 40;

/** All dashboards of a model, in our own words. */
export function dashboards(model: SignalModel): DashboardSpec[] {
  return [
    availabilityDashboard(model),
    pathsDashboard(model),
    resourcesDashboard(model),
    alertsDashboard(model),
  ];
}

/** All dashboards of a model as Grafana reads them. */
export function grafanaDashboards(model: SignalModel): GrafanaDashboard[] {
  const pages = severityValues(model, 'page');
  return dashboards(model).map((spec) =>
    toGrafana(spec, {
      uid: dashboardUid(model.stack, spec.name),
      stack: model.stack,
      pages,
      ...(model.chaos ? { kills: recorded.kills } : {}),
    }),
  );
}

/** One dashboard as a file. */
export interface GrafanaFile {
  readonly dashboard: DashboardName;
  /** Its name: the uid and `.json`. */
  readonly file: string;
  readonly json: string;
}

/**
 * The files of all dashboards: JSON with sorted keys in one line, so that a ConfigMap of many paths stays small and the same model gives
 * the same bytes.
 */
export function grafanaFiles(model: SignalModel): GrafanaFile[] {
  const built = grafanaDashboards(model);
  return dashboardNames.flatMap((dashboard) => {
    const uid = dashboardUid(model.stack, dashboard);
    const found = built.find((one) => one.uid === uid);
    return found ? [{ dashboard, file: `${uid}.json`, json: JSON.stringify(sorted(found)) }] : [];
  });
}

/** The uid of a stack's dashboard: the address of its page is `/d/<uid>`. Names of stacks that Grafana would not take are hashed. */
export function dashboardUid(stack: string, name: DashboardName): string {
  const plain = `cl-${stack}-${name}`;
  if (/^[A-Za-z0-9_-]+$/.test(plain) && plain.length <= longestUid) return plain;
  return `cl-${createHash('sha256').update(stack).digest('hex').slice(0, 12)}-${name}`;
}

/** A query of a panel, ready to be asked. */
export interface AskedQuery {
  readonly dashboard: DashboardName;
  readonly panel: string;
  readonly kind: Panel['kind'];
  /** PromQL without Grafana's variables. */
  readonly expr: string;
  /** Why it may rightly give nothing; without it, nothing is a fault. */
  readonly mayBeEmpty?: string;
}

/** Every query of every panel with Grafana's own variables filled in, for tests to ask a Prometheus. */
export function panelQueries(specs: readonly DashboardSpec[]): AskedQuery[] {
  return specs.flatMap((spec) =>
    spec.rows.flatMap((row) =>
      row.panels.flatMap((panel) =>
        panel.queries.map(({ expr, mayBeEmpty }) => ({
          dashboard: spec.name,
          panel: panel.title,
          kind: panel.kind,
          expr: expr.replaceAll(rateInterval, duration(rateWindowSeconds)),
          ...(mayBeEmpty === undefined ? {} : { mayBeEmpty }),
        })),
      ),
    ),
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]),
  );
}
