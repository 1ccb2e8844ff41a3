import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphDrawStyle,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  StackingMode,
  TableCellBackgroundDisplayMode,
  TableCellDisplayMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizOrientation,
  GraphThresholdsStyleConfigBuilder,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  MappingType,
  RowBuilder,
  SpecialValueMatch,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StatesBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as LinesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { select } from '../promql';
import { alertsSeries } from './names';
import { colors, type DashboardSpec, type Panel, type Step } from './panels';

/** A dashboard as Grafana reads it: classic JSON, which Grafana 10 to 13 all read; the newer model is for 13 only. */
// eslint-disable-next-line @typescript-eslint/no-deprecated
export type GrafanaDashboard = ReturnType<DashboardBuilder['build']>;

/** The variable by which a reader picks the Prometheus of a stack. */
const prometheus = { type: 'prometheus', uid: '${datasource}' };
const defaultHeight = 8;
const tag = 'continuous-load';

type AnyBuilder = StatBuilder | StatesBuilder | TableBuilder | LinesBuilder;

/** What marks all our dashboards as one set of one stack. */
export interface DashboardIdentity {
  readonly uid: string;
  readonly stack: string;
  /** Values of `severity` that mean a page: those are drawn into every graph. */
  readonly pages: readonly string[];
  /** Series whose samples are kills: drawn into every graph too; absent where there is no chaos. */
  readonly kills?: string;
}

/** Writes a dashboard down for Grafana: the same spec gives the same JSON, ids by position. */
export function toGrafana(
  spec: DashboardSpec,
  { uid, stack, pages, kills }: DashboardIdentity,
): GrafanaDashboard {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- as above
  const builder = new DashboardBuilder(`Continuous load: ${spec.title} (${stack})`)
    .uid(uid)
    .description(spec.description)
    .tags([tag, stack])
    .timezone('browser')
    .time({ from: spec.from, to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .withVariable(
      new DatasourceVariableBuilder('datasource')
        .label('Prometheus')
        .description('The Prometheus of this stack')
        .type('prometheus'),
    )
    .annotation(
      new AnnotationQueryBuilder()
        .name('Pages')
        .datasource(prometheus)
        .enable(true)
        .iconColor(colors.bad)
        .expr(select(alertsSeries, { alertstate: 'firing', severity: pages }))
        .titleFormat('{{alertname}}')
        .textFormat('path {{path}}')
        .tagKeys('path,severity')
        .step('30s'),
    )
    .link(
      new DashboardLinkBuilder('Continuous load')
        .type(DashboardLinkType.Dashboards)
        .tags([tag, stack])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    );
  if (kills !== undefined)
    builder.annotation(
      new AnnotationQueryBuilder()
        .name('Kills')
        .datasource(prometheus)
        .enable(true)
        .iconColor(colors.warning)
        .expr(kills)
        .titleFormat('chaos: {{mode}}')
        .textFormat('{{kind}} of {{workload}}')
        .tagKeys('mode,workload')
        .step('30s'),
    );
  let id = 1;
  for (const row of spec.rows) {
    builder.withRow(new RowBuilder(row.title).id(id++));
    for (const panel of row.panels) builder.withPanel(toPanel(panel).id(id++));
  }
  return builder.build();
}

function toPanel(panel: Panel): AnyBuilder {
  const builder = ofKind(panel)
    .title(panel.title)
    .description(panel.description)
    .datasource(prometheus)
    .unit(panel.unit)
    .noValue('no data')
    .span(panel.width)
    .height(panel.height ?? defaultHeight)
    .mappings(mappings(panel))
    .thresholds(thresholds(panel.steps ?? [{ from: null, color: colors.none }]));
  if (panel.decimals !== undefined) builder.decimals(panel.decimals);
  if (panel.min !== undefined) builder.min(panel.min);
  if (panel.max !== undefined) builder.max(panel.max);
  for (const [series, steps] of Object.entries(panel.stepsOf ?? {}))
    builder.overrideByName(series, [{ id: 'thresholds', value: thresholds(steps).build() }]);
  panel.queries.forEach(({ expr, legend }, index) => {
    const query = new DataqueryBuilder()
      .refId(String.fromCharCode(65 + index))
      .datasource(prometheus)
      .expr(expr)
      .legendFormat(legend);
    const inCells = panel.kind === 'table' || panel.kind === 'matrix';
    builder.withTarget(
      inCells
        ? query.instant().format(PromQueryFormat.Table)
        : panel.kind === 'figures'
          ? query.instant()
          : query.range(),
    );
  });
  return builder;
}

function ofKind(panel: Panel): AnyBuilder {
  switch (panel.kind) {
    case 'figures':
      return new StatBuilder()
        .orientation(VizOrientation.Horizontal)
        .textMode(BigValueTextMode.ValueAndName)
        .colorMode(BigValueColorMode.Value)
        .graphMode(BigValueGraphMode.None)
        .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false));
    case 'lines':
      return graph(panel)
        .fillOpacity(0)
        .thresholdsStyle(
          new GraphThresholdsStyleConfigBuilder().mode(
            panel.steps === undefined ? GraphThresholdsStyleMode.Off : GraphThresholdsStyleMode.Dashed,
          ),
        );
    case 'stacked':
      return graph(panel)
        .drawStyle(GraphDrawStyle.Bars)
        .fillOpacity(80)
        .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
    case 'states':
      return new StatesBuilder()
        .mergeValues(true)
        .showValue(VisibilityMode.Auto)
        .legend(
          new VizLegendOptionsBuilder().displayMode(LegendDisplayMode.Hidden).showLegend(false).calcs([]),
        );
    case 'table':
      return table(panel);
    case 'matrix':
      return matrix(panel);
  }
}

/** Gaps stay gaps: a line across time without samples would tell of probes that nobody sent. */
function graph({ queries }: Panel): LinesBuilder {
  return new LinesBuilder()
    .lineWidth(1)
    .spanNulls(false)
    .showPoints(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(queries.length > 0 ? LegendDisplayMode.List : LegendDisplayMode.Hidden)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
}

/** Labels as columns, in the wanted order and under their headings; everything else is hidden. */
function table({ columns = {} }: Panel): TableBuilder {
  const labels = Object.keys(columns);
  return new TableBuilder()
    .withTransformation({
      id: 'filterFieldsByName',
      options: { include: { names: labels } },
    })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: {},
        indexByName: Object.fromEntries(labels.map((label, index) => [label, index])),
        renameByName: columns,
      },
    });
}

/** A field of two labels, each cell in the colour of its value. */
function matrix({ axes }: Panel): TableBuilder {
  return new TableBuilder()
    .cellOptions({
      type: TableCellDisplayMode.ColorBackground,
      mode: TableCellBackgroundDisplayMode.Basic,
    })
    .withTransformation({
      id: 'groupingToMatrix',
      options: {
        rowField: axes?.row ?? '',
        columnField: axes?.column ?? '',
        valueField: 'Value',
        emptyValue: 'null',
      },
    });
}

function thresholds(steps: readonly Step[]): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(steps.map(({ from, color }) => ({ value: from, color })));
}

function mappings({ words }: Panel): ValueMapping[] {
  return [
    {
      type: MappingType.SpecialValue,
      options: {
        match: SpecialValueMatch.NullAndNan,
        result: { text: 'no data', color: colors.none, index: 0 },
      },
    },
    ...(words === undefined
      ? []
      : [
          {
            type: MappingType.ValueToText as const,
            options: Object.fromEntries(
              Object.entries(words).map(([value, { text, color }], index) => [
                value,
                { text, color, index: index + 1 },
              ]),
            ),
          },
        ]),
  ];
}
