import { istiodMetrics, ofIstiod, ofSidecars, sidecarMetrics } from '../mesh';
import type { SignalModel } from '../model';
import { number, sumBy } from '../promql';
import { colors, linesPanel, type Panel } from './panels';
import { rate } from './queries';

/** Colours of what is left of a certificate's life, by share: under a quarter somebody is told. */
const certificateSteps = [
  { from: null, color: colors.warning },
  { from: 0.25, color: colors.none },
];

/** What is left of the life of the certificates of whatever proxies are scraped, as a share of the whole. */
export function certificatesPanel({ mesh }: SignalModel, title: string, description: string): Panel {
  const left = ofSidecars(sidecarMetrics.certificateLeft, 'resource_name="default"');
  const life = mesh?.certificateLifeSeconds ?? 1;
  return {
    ...linesPanel(title, description, 'percentunit', [
      { expr: `min by (pod) (${left}) / ${number(life)}`, legend: '{{pod}}' },
    ]),
    steps: certificateSteps,
  };
}

/** What istiod says of itself, where the stack scrapes it. */
export function istiodPanels(): Panel[] {
  return [
    linesPanel(
      'istiod: from a change to the proxies',
      'Seconds, from istiod’s classic histogram; without changes there is nothing to show.',
      's',
      [
        {
          expr: `histogram_quantile(0.99, ${sumBy(['le'], rate(ofIstiod(istiodMetrics.convergenceBucket)))})`,
          legend: 'p99',
          mayBeEmpty: 'nothing changed',
        },
      ],
    ),
  ];
}
