import { istiodMetrics, ofIstiod } from '../mesh';
import { sumBy } from '../promql';
import { colors, linesPanel, type Panel } from './panels';
import { rate } from './queries';

/** Colours of what is left of a certificate's life, by share: under a quarter somebody is told. */
export const certificateSteps = [
  { from: null, color: colors.warning },
  { from: 0.25, color: colors.none },
];

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
