import Table from 'cli-table3';
import { formatDuration } from '../../../lab/progress';
import { formatMs, formatShare } from '../../signal/status-table';
import type { ConfigChange } from './snippet';
import type { Caution, Suggestion } from './suggestion';

/** Suggestions for the terminal: what was measured, what it supports, and the config for it. */
export function renderSuggestions(
  stack: string,
  suggestions: readonly Suggestion[],
  { assignments, snippet }: ConfigChange,
  { confidence, atLeastMs }: Caution,
): string {
  const table = new Table({
    head: [
      'path',
      'known',
      'probes',
      'failed',
      'measured',
      `kept, ${Number((confidence * 100).toFixed(3))} % sure`,
      'objective',
      'in bound',
      'bound',
      'least rate',
    ],
    colAligns: ['left', ...Array.from({ length: 9 }, () => 'right' as const)],
    style: { head: [], border: [], compact: true },
  });
  for (const one of suggestions) {
    const { availability, latency, present, suggested } = one;
    table.push([
      one.path,
      one.knownMs === 0 ? '–' : `${formatDays(one.knownMs)}, ${Math.floor(one.coverage * 100)} %`,
      availability.total,
      availability.bad,
      availability.share === null ? '–' : formatShare(availability.share),
      availability.total === 0 ? '–' : formatShare(availability.supported),
      change(`${present.availabilityPercent} %`, suggested && `${suggested.availabilityPercent} %`),
      latency.share === null ? '–' : formatShare(latency.share),
      change(formatMs(present.latencyBoundMs), suggested && formatMs(suggested.latencyBoundMs)),
      `${one.leastRatePerSecond}/s`,
    ]);
  }
  const remarks = suggestions.flatMap((one) => [
    ...(one.missingMs > 0
      ? [`${one.path}: ${formatDays(one.missingMs)} more must be measured before anything is suggested.`]
      : []),
    ...one.remarks.map((remark) => `${one.path}: ${remark}.`),
  ]);
  return [
    `Stack ${stack}: objectives that the measured data support; suggested from ${formatDays(atLeastMs)} on (--at-least).`,
    table.toString(),
    ...remarks,
    ...(snippet === ''
      ? []
      : ['', 'In the config of the stack, in place of its section `paths`:', '', snippet, '']),
    ...(assignments.length === 0 && suggestions.some(({ suggested }) => suggested !== null)
      ? ['Nothing to change in the config.']
      : []),
  ].join('\n');
}

/** Above two days in days, as nobody counts 168 hours. */
export function formatDays(milliseconds: number): string {
  const hours = milliseconds / 3_600_000;
  if (hours < 48) return formatDuration(milliseconds).replace(/ 00[ms]$/, '');
  const whole = Math.ceil(hours);
  const rest = whole % 24;
  return `${Math.floor(whole / 24)}d${rest === 0 ? '' : ` ${rest}h`}`;
}

function change(present: string, suggested: string | null): string {
  return suggested === null || suggested === present ? present : `${present} → ${suggested}`;
}
