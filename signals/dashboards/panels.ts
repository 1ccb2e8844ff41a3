/** What a dashboard shows, in our own words; `grafana.ts` alone knows how Grafana writes it down. */

/** Units that panels use, as Grafana calls them. */
export type Unit = 'percentunit' | 'cps' | 'ms' | 's' | 'short' | 'bytes' | 'none';

/** One query of a panel. */
export interface PanelQuery {
  readonly expr: string;
  /** Name of each series, with `{{label}}`. */
  readonly legend: string;
  /** Why it may rightly give nothing in a stack that is well; without it, nothing is a fault. */
  readonly mayBeEmpty?: string;
}

/** From this value on a figure has this colour; the first step has no value. */
export interface Step {
  readonly from: number | null;
  readonly color: string;
}

/**
 * One panel. `figures` shows the newest value of each series, `lines` and `stacked` draw over time, `states` draws which of a few
 * states held when, `table` lists the series that are there now, `matrix` puts their values into a field of two labels.
 */
export interface Panel {
  readonly kind: 'figures' | 'lines' | 'stacked' | 'states' | 'table' | 'matrix';
  readonly title: string;
  /** What it says and what to make of it, one to three sentences. */
  readonly description: string;
  readonly unit: Unit;
  readonly queries: readonly PanelQuery[];
  /** Of 24 columns. */
  readonly width: number;
  /** In Grafana's units of 30 pixels; default 8. */
  readonly height?: number;
  /** Digits behind the point; Grafana's choice by default. */
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  readonly steps?: readonly Step[];
  /** Steps of single series, by their legend. */
  readonly stepsOf?: Readonly<Record<string, readonly Step[]>>;
  /** Words for values, for `states` and `figures`. */
  readonly words?: Readonly<Record<string, { readonly text: string; readonly color: string }>>;
  /** Columns of a `table`: label → heading, in order. */
  readonly columns?: Readonly<Record<string, string>>;
  /** Labels of a `matrix`: one line for each value of the first, one column for each of the second. */
  readonly axes?: { readonly row: string; readonly column: string };
}

/** Lines over a third of the width, from zero. */
export function linesPanel(
  title: string,
  description: string,
  unit: Unit,
  queries: readonly PanelQuery[],
): Panel {
  return { kind: 'lines', title, description, unit, min: 0, width: 8, queries };
}

/** Panels under one heading. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** One dashboard. */
export interface DashboardSpec {
  /** Last part of its uid and of its file's name. */
  readonly name: DashboardName;
  readonly title: string;
  readonly description: string;
  /** What is shown at first, as Grafana's `now-…`. */
  readonly from: string;
  readonly rows: readonly Row[];
}

/** All dashboards, in the order in which they are to be read. */
export const dashboardNames = ['availability', 'paths', 'resources', 'alerts'] as const;
export type DashboardName = (typeof dashboardNames)[number];

/** Colours, by what they mean; names of Grafana's palette, which has each for light and dark. */
export const colors = { good: 'green', warning: 'orange', bad: 'red', plain: 'blue', none: 'text' } as const;
