import { recorded } from '../../../signals/metrics';
import type { SignalModel } from '../../../signals/model';
import { duration, number } from '../../../signals/promql';
import type { Span, Stored } from './stored';

/** What a change asks for that stored counts cannot tell, since it acts where they are counted: one sentence each. */
export function caveats(present: SignalModel, changed: SignalModel): string[] {
  const of = (model: SignalModel, name: string) => model.paths.find((path) => path.name === name);
  return changed.paths.flatMap((path) => {
    const old = of(present, path.name);
    if (old === undefined)
      return [`${path.name} was not probed in this time, so its alerts have nothing to fire on.`];
    const differs = (field: 'latencyBoundMs' | 'timeoutMs' | 'ratePerSecond') => old[field] !== path[field];
    return [
      ...(differs('latencyBoundMs')
        ? [
            `${path.name}: what was slow was counted with the bound of ${number(old.latencyBoundMs)} ms; LatencyBurn is replayed with that, not with ${number(path.latencyBoundMs)} ms.`,
          ]
        : []),
      ...(differs('timeoutMs')
        ? [
            `${path.name}: what failed was counted with the timeout of ${number(old.timeoutMs)} ms, not with ${number(path.timeoutMs)} ms.`,
          ]
        : []),
      ...(differs('ratePerSecond')
        ? [
            `${path.name}: the probes were sent at ${number(old.ratePerSecond)}/s; the rules of ${number(path.ratePerSecond)}/s are replayed on those.`,
          ]
        : []),
    ];
  });
}

/** Paths whose rate or objectives were others within the span than the present rules have: what was recorded then is by older rules. */
export async function olderRules(
  stored: Stored,
  model: SignalModel,
  { fromMs, toMs }: Span,
): Promise<string[]> {
  const window = `[${duration(Math.max(60, Math.round((toMs - fromMs) / 1000)))}]`;
  const constants = [recorded.rateAsked, 'slo:objective:ratio'];
  const changes = await Promise.all(
    constants.map((name) => stored.vector(`count by (path) (changes(${name}${window}) > 0)`)),
  );
  const paths = new Set(changes.flat().flatMap(({ metric }) => metric['path'] ?? []));
  const named = model.paths.map(({ name }) => name).filter((name) => paths.has(name));
  return named.length === 0
    ? []
    : [
        `The rate or an objective of ${named.join(', ')} changed within this time: what Prometheus recorded before that is by the rules of then. A shorter --since leaves it out.`,
      ];
}
