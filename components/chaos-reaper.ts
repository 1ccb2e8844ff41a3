import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { isObjectMode, objectNames } from '../scenarios/chaos-objects';
import type { ResourceSettings } from '../settings/schema';
import { chaosCommand, chaosConfig, chaosEnvironment, chaosFiles, chaosObjects } from '../signals/chaos';
import type { ChaosModel, SignalModel } from '../signals/model';
import { inside, type Cluster } from './cluster/cluster';
import { k6Pod, k6Scripts, scriptDirectory } from './k6';
import { labels, metadata, selectorLabels, takenBack } from './metadata';
import type { OtlpReceiver } from './monitoring/monitoring';
import { serviceAccount } from './monitoring/rbac';
import { namespaceNames } from './names';
import type { Namespaces } from './namespaces';

/** Arguments of {@link ChaosReaper}. */
export interface ChaosReaperArgs {
  readonly cluster: Cluster;
  readonly stack: string;
  readonly namespaces: Namespaces;
  readonly model: SignalModel & { readonly chaos: ChaosModel };
  readonly resources: ResourceSettings;
  /** `http://HOST:PORT` of the Prometheus that the guards ask. */
  readonly prometheusUrl: pulumi.Input<string>;
  /** What is told of each kill. */
  readonly otlp: OtlpReceiver;
}

type Rule = k8s.types.input.rbac.v1.PolicyRule;

const namespace = namespaceNames.load;
const workload = 'chaos-reaper';
/** A turn in hand, then the last export with its retries. */
const graceSeconds = 20;

/** k6 that removes pods with the opt-in label now and then, unless a guard holds it back. */
export class ChaosReaper extends pulumi.ComponentResource {
  /** @throws pulumi.InputPropertyError when a namespace of the cluster itself is among those with victims. */
  constructor(name: string, args: ChaosReaperArgs, opts?: pulumi.ComponentResourceOptions) {
    const { cluster, stack, namespaces, model, resources } = args;
    const forbidden = model.chaos.namespaces.find((each) => each.startsWith('kube-'));
    if (forbidden !== undefined)
      throw new pulumi.InputPropertyError({
        propertyPath: 'chaos.namespaces',
        reason: `must not hold ${forbidden}: the cluster itself is never a victim`,
      });
    super('continuous-load:index:ChaosReaper', name, {}, opts);
    const child = inside(this, cluster, [namespaces.load]);
    const selector = selectorLabels(workload, stack);
    const permissions = serviceAccount(
      {
        account: workload,
        namespace,
        stack,
        inNamespaces: permissionsOf(model.chaos),
        clusterWide: nodeRules(model.chaos),
      },
      child,
    );
    const killSwitch = new k8s.core.v1.ConfigMap(
      chaosObjects.switchName,
      {
        metadata: metadata(chaosObjects.switchName, namespace, { workload, stack }),
        data: { halted: 'false' },
      },
      // Whoever throws the switch must find it thrown after the next `up` too.
      { ...child, ignoreChanges: ['data'] },
    );
    const scripts = k6Scripts(
      { workload, stack, files: chaosFiles, config: chaosConfig(model, model.chaos, namespace) },
      child,
    );
    new k8s.apps.v1.Deployment(
      workload,
      {
        // Who scales the injectors to nothing may stop this too.
        metadata: metadata(workload, namespace, { stack, ...takenBack(true) }),
        spec: {
          // Without load nobody would see what a kill costs.
          replicas: (model.enabled ?? true) ? 1 : 0,
          selector: { matchLabels: selector },
          strategy: { type: 'Recreate' },
          revisionHistoryLimit: 3,
          template: {
            metadata: { labels: labels(workload, stack) },
            spec: k6Pod({
              cluster,
              scripts,
              command: chaosCommand(scriptDirectory),
              environment: (receiver) =>
                pulumi.output(args.prometheusUrl).apply((prometheusUrl) =>
                  chaosEnvironment(model, {
                    ...receiver,
                    prometheusUrl,
                    memoryLimitBytes: resources.limits.memory,
                  }),
                ),
              otlp: args.otlp,
              resources,
              terminationGracePeriodSeconds: graceSeconds,
              account: workload,
              // What it makes belongs to its pod, and goes with it at the latest.
              fields: { POD_UID: 'metadata.uid' },
            }),
          },
        },
      },
      // Without its permissions its first turn would be a fault.
      { ...child, dependsOn: [namespaces.load, killSwitch, ...permissions] },
    );
    this.registerOutputs({});
  }
}

/** What churn needs, each Deployment by its name: whoever may patch one may change all of it, whoever may scale one its replicas only. */
function churnRules({ churn }: ChaosModel, where: string): Rule[] {
  const resourceNames = (churn?.deployments ?? [])
    .map((name) => name.split('/'))
    .flatMap(([of, name]) => (of === where && name !== undefined ? [name] : []));
  if (!churn || resourceNames.length === 0) return [];
  const rule = (resource: string, verbs: string[]): Rule => ({
    apiGroups: ['apps'],
    resources: [resource],
    resourceNames,
    verbs,
  });
  return [
    ...(churn.modes.includes('restart') ? [rule('deployments', ['patch'])] : []),
    ...(churn.modes.includes('scale') ? [rule('deployments/scale', ['get', 'patch'])] : []),
  ];
}

/** What churn of objects of the reaper's own needs: it may remove none but those that it makes. */
function objectRules({ churn }: ChaosModel): Rule[] {
  const resources = {
    services: { apiGroups: [''], resources: ['services'] },
    routes: { apiGroups: ['gateway.networking.k8s.io'], resources: ['httproutes'] },
  };
  return (churn?.modes ?? []).filter(isObjectMode).flatMap((mode) => [
    // A name cannot be asked for where something is created or found.
    { ...resources[mode], verbs: ['list', 'create'] },
    { ...resources[mode], resourceNames: objectNames(mode), verbs: ['delete'] },
  ]);
}

/** What draining needs, which the API gives for all nodes or by their names only; whoever may patch a node may change all of it. */
function nodeRules({ drainPercent }: ChaosModel): Rule[] {
  return drainPercent === undefined
    ? []
    : [{ apiGroups: [''], resources: ['nodes'], verbs: ['list', 'patch'] }];
}

/** Where Kubernetes keeps the Events of nodes. */
const nodeEvents = 'default';

/** What the account may do, by namespace: pods where victims are, the switch and the Lease beside the reaper. */
function permissionsOf(chaos: ChaosModel): Record<string, Rule[]> {
  const { namespaces, killPercent, drainPercent } = chaos;
  const rules: Record<string, Rule[]> = { [namespace]: [] };
  for (const each of namespaces)
    rules[each] = [
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
      ...(killPercent > 0 ? [{ apiGroups: [''], resources: ['pods'], verbs: ['delete'] }] : []),
      ...churnRules(chaos, each),
      { apiGroups: [''], resources: ['events'], verbs: ['create'] },
    ];
  if (drainPercent !== undefined)
    rules[nodeEvents] ??= [{ apiGroups: [''], resources: ['events'], verbs: ['create'] }];
  const lease = { apiGroups: ['coordination.k8s.io'], resources: ['leases'] };
  rules[namespace]?.push(
    {
      apiGroups: [''],
      resources: ['configmaps'],
      resourceNames: [chaosObjects.switchName],
      verbs: ['get'],
    },
    { ...lease, verbs: ['create'] },
    { ...lease, resourceNames: [chaosObjects.lease], verbs: ['get', 'update'] },
    ...objectRules(chaos),
  );
  return rules;
}
