import { droppedTotal, injectorJob, probesTotal } from '../../signals/metrics';
import type { InputSeries } from './promtool';

/** What one injector counts per second for a while. */
export interface Stretch {
  seconds: number;
  /** Per second; a kind that is left out stands still. */
  ok?: number;
  failed?: number;
  slow?: number;
  error?: number;
  timeout?: number;
  dropped?: number;
  /** The injector is gone: its series have no samples. */
  gone?: boolean;
}

const kinds = {
  ok: label('ok', '', ''),
  failed: label('failed', 'connect', '2'),
  slow: label('slow', '', ''),
  error: label('error', 'lag', ''),
  timeout: label('failed', 'timeout', '1'),
  dropped: `${droppedTotal}{path="service"`,
} as const;

/** Series of one injector over the stretches, sampled every `stepSeconds`; all kinds exist with 0 from the start. */
export function injector(
  instance: string,
  stepSeconds: number,
  stretches: readonly Stretch[],
): InputSeries[] {
  return (Object.keys(kinds) as (keyof typeof kinds)[]).map((kind) => {
    const values: string[] = [];
    let value = 0;
    for (const stretch of stretches) {
      for (let at = 0; at < stretch.seconds; at += stepSeconds) {
        values.push(stretch.gone === true ? '_' : String(Math.floor(value + 1e-9)));
        value += (stretch[kind] ?? 0) * stepSeconds;
      }
    }
    return {
      series: `${kinds[kind]},instance="${instance}",job="${injectorJob}"}`,
      values: values.join(' '),
    };
  });
}

/** Two injectors that see the same. */
export function both(stepSeconds: number, stretches: readonly Stretch[]): InputSeries[] {
  return [
    ...injector('injector-a', stepSeconds, stretches),
    ...injector('injector-b', stepSeconds, stretches),
  ];
}

function label(outcome: string, reason: string, hop: string): string {
  return `${probesTotal}{path="service",outcome="${outcome}",reason="${reason}",conn="kept",hop="${hop}"`;
}
