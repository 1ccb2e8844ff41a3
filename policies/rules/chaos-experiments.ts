import { optInLabel } from '../lib/chaos';
import { at, list, text } from '../lib/data';
import { stackRule } from '../lib/rule';

/** Experiments of AWS FIS that an alarm stops, and that take machines which agreed, one at a time. */
export const chaosExperiments = stackRule({
  name: 'chaos-experiments',
  description:
    'An experiment of AWS FIS has an alarm that stops it, and takes at most one machine, of those with the opt-in tag.',
  mend: `Give it stopConditions by CloudWatch alarms, targets by the tag ${optInLabel}=true and COUNT(1), and tag no system nodes.`,
  level: 'mandatory',
  judgeStack: ({ experiments }) =>
    experiments.flatMap((object) => {
      const found = [...stops(object.value), ...list(at(object.value, 'targets')).flatMap(targetProblems)];
      return found.map((problem) => ({ object, problem }));
    }),
});

function stops(experiment: unknown): string[] {
  const conditions = list(at(experiment, 'stopConditions'));
  if (conditions.length === 0) return ['it has no stop condition'];
  return conditions.flatMap((one) => {
    const source = text(at(one, 'source')) ?? '';
    if (source !== 'aws:cloudwatch:alarm') return [`its stop condition is by ${source || 'nothing'}`];
    return at(one, 'value') === undefined ? ['its stop condition names no alarm'] : [];
  });
}

function targetProblems(target: unknown): string[] {
  if (text(at(target, 'resourceType')) !== 'aws:ec2:instance') return [];
  const tags = list(at(target, 'resourceTags'));
  const optedIn = tags.some((tag) => at(tag, 'key') === optInLabel && at(tag, 'value') === 'true');
  const mode = text(at(target, 'selectionMode')) ?? '';
  return [
    ...(optedIn ? [] : [`it takes machines without the tag ${optInLabel}=true`]),
    ...(mode === 'COUNT(1)' ? [] : [`it takes ${mode || 'all'} machines at a time`]),
  ];
}
