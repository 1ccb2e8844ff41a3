import type * as pulumi from '@pulumi/pulumi';
import { PrometheusRule } from '../../resources/prometheus-rule';
import type { SignalModel } from '../../signals/model';
import { ruleSets } from '../../signals/rules';
import { inside } from '../cluster/cluster';
import { formerly } from '../formerly';
import { metadata } from '../metadata';
import type { MonitoringPartArgs } from './part';
import { ruleGroupSpec } from './prometheus-spec';

/** What {@link pathRules} are made from. */
export interface PathRulesArgs extends MonitoringPartArgs {
  readonly model: SignalModel;
  /** The operator's kinds, where the stack makes them. */
  readonly crds?: readonly pulumi.Resource[];
  /** What the `ruleSelector` of a Prometheus of somebody else's asks for. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** All rules of a stack: a PrometheusRule for each path, and one for the rest. */
export function pathRules(
  parent: pulumi.Resource,
  { cluster, stack, namespaces, model, crds = [], labels = {} }: PathRulesArgs,
): PrometheusRule[] {
  return ruleSets(model).map(({ name, groups }) => {
    const { labels: own, ...rest } = metadata(name, namespaces.monitoringName, {
      workload: 'prometheus',
      stack,
    });
    return new PrometheusRule(
      name,
      {
        metadata: { ...rest, labels: { ...own, ...labels } },
        spec: { groups: groups.map(ruleGroupSpec) },
      },
      {
        ...inside(parent, cluster, [namespaces.monitoring, ...crds]),
        aliases: [formerly('prometheus', 'PrometheusServer', parent)],
      },
    );
  });
}
