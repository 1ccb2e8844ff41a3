import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { Config } from '../settings/schema';
import {
  injectorCommand,
  injectorConfig,
  injectorEnvironment,
  injectorTiming,
  scenarioFiles,
} from '../signals/injector';
import type { SignalModel } from '../signals/model';
import { callsApiServer } from '../signals/paths';
import type { SecretRequests } from '../scenarios/own-target';
import type { InjectorTargets } from '../signals/targets';
import { ApiAccess } from './api-access';
import { inside, type Cluster } from './cluster/cluster';
import { k6Pod, k6Scripts, scriptDirectory } from './k6';
import { labels, metadata, selectorLabels, takenBack } from './metadata';
import type { OtlpReceiver } from './monitoring/monitoring';
import { namespaceNames } from './names';
import type { Namespaces } from './namespaces';
import { spreadOverNodes } from './pod';
import { targetRequests, trustedAuthorities } from './target-requests';

/** Arguments of {@link LoadInjector}. */
export interface LoadInjectorArgs {
  readonly cluster: Cluster;
  readonly stack: string;
  readonly namespaces: Namespaces;
  readonly injector: Config['injector'];
  readonly model: SignalModel;
  readonly targets: InjectorTargets;
  /** What of requests to targets of the user's own is secret; default nothing. */
  readonly targetRequests?: SecretRequests;
  /** Where the counts are pushed to. */
  readonly otlp: OtlpReceiver;
}

const namespace = namespaceNames.load;
const workload = 'injector';

/** k6 that probes every path without end, on several pods of which each carries its share of the rate. */
export class LoadInjector extends pulumi.ComponentResource {
  /** @throws pulumi.InputPropertyError when one injector alone would have to carry all. */
  constructor(name: string, args: LoadInjectorArgs, opts?: pulumi.ComponentResourceOptions) {
    const { cluster, stack, namespaces, injector, model } = args;
    if (injector.replicas < 2)
      throw new pulumi.InputPropertyError({
        propertyPath: 'injector.replicas',
        reason: 'must be at least 2, so that one can be evicted',
      });
    super('continuous-load:index:LoadInjector', name, {}, opts);
    const child = inside(this, cluster, [namespaces.load]);
    const selector = selectorLabels(workload, stack);
    const timing = injectorTiming(model);
    const api = model.paths.some((path) => callsApiServer(path))
      ? new ApiAccess('injector-api', { cluster, stack, namespaces, workload }, { parent: this })
      : undefined;
    const scripts = k6Scripts(
      { workload, stack, files: scenarioFiles, config: injectorConfig(model, args.targets) },
      child,
    );
    const requests = args.targetRequests ?? {};
    const { authorities = [] } = injector;
    const extras = [
      ...(Object.keys(requests).length > 0 ? [targetRequests(requests, stack, child)] : []),
      ...(authorities.length > 0 ? [trustedAuthorities(authorities, stack, child)] : []),
    ];
    new k8s.apps.v1.Deployment(
      workload,
      {
        // Scaling it to nothing is how load is stopped at once.
        metadata: metadata(workload, namespace, { stack, ...takenBack(true) }),
        spec: {
          // The one switch: without load nothing runs that could send any.
          replicas: (model.enabled ?? true) ? injector.replicas : 0,
          selector: { matchLabels: selector },
          // The new pod's probes are counted before the old pod stops: for some seconds one share more, never one less.
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
          minReadySeconds: timing.minReadySeconds,
          revisionHistoryLimit: 3,
          template: {
            metadata: { labels: labels(workload, stack) },
            spec: {
              ...k6Pod({
                cluster,
                scripts,
                command: injectorCommand(model, scriptDirectory),
                environment: (receiver) =>
                  injectorEnvironment(model, {
                    ...receiver,
                    memoryLimitBytes: injector.resources.limits.memory,
                  }),
                otlp: args.otlp,
                resources: injector.resources,
                terminationGracePeriodSeconds: timing.terminationGracePeriodSeconds,
                extras,
                ...(api ? { account: api.account.metadata.name } : {}),
              }),
              ...cluster.injectorPlacement,
              topologySpreadConstraints: spreadOverNodes(selector),
            },
          },
        },
      },
      child,
    );
    new k8s.policy.v1.PodDisruptionBudget(
      workload,
      {
        metadata: metadata(workload, namespace, { stack }),
        spec: { maxUnavailable: 1, selector: { matchLabels: selector } },
      },
      child,
    );
    this.registerOutputs({});
  }
}
