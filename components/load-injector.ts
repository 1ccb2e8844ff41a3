import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { Config } from '../settings/schema';
import {
  configFile,
  injectorCommand,
  injectorConfig,
  injectorEnvironment,
  injectorTiming,
  scenarioFiles,
} from '../signals/injector';
import type { SignalModel } from '../signals/model';
import { callsApiServer } from '../signals/paths';
import type { InjectorTargets } from '../signals/targets';
import { ApiAccess, apiCredentials } from './api-access';
import { inside, type Cluster } from './cluster/cluster';
import { imageOf } from './images';
import { labels, metadata, selectorLabels } from './metadata';
import { namespaceNames } from './names';
import type { Namespaces } from './namespaces';
import { containerSecurity, podSecurity, resourceRequirements, spreadOverNodes } from './pod';

/** Arguments of {@link LoadInjector}. */
export interface LoadInjectorArgs {
  readonly cluster: Cluster;
  readonly stack: string;
  readonly namespaces: Namespaces;
  readonly injector: Config['injector'];
  readonly model: SignalModel;
  readonly targets: InjectorTargets;
  /** `HOST:PORT` of the OTLP receiver, by address. */
  readonly otlpEndpoint: pulumi.Input<string>;
}

const namespace = namespaceNames.load;
const workload = 'injector';
const scripts = '/scripts';

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
    const api = model.paths.some(({ name: path }) => callsApiServer(path))
      ? new ApiAccess('injector-api', { cluster, stack, namespaces, workload }, { parent: this })
      : undefined;
    const files = scenarioData(model, args.targets);
    // Named by its content: another script or rate is another ConfigMap, and so a rollout.
    const scenario = new k8s.core.v1.ConfigMap(
      workload,
      {
        metadata: metadata(`${workload}-${contentHash(files)}`, namespace, { workload, stack }),
        immutable: true,
        data: files,
      },
      child,
    );
    new k8s.apps.v1.Deployment(
      workload,
      {
        metadata: metadata(workload, namespace, { stack }),
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
              ...(api ? { serviceAccountName: api.account.metadata.name } : {}),
              automountServiceAccountToken: false,
              enableServiceLinks: false,
              securityContext: podSecurity,
              topologySpreadConstraints: spreadOverNodes(selector),
              terminationGracePeriodSeconds: timing.terminationGracePeriodSeconds,
              containers: [
                {
                  name: 'k6',
                  image: imageOf(cluster, 'k6'),
                  imagePullPolicy: 'IfNotPresent',
                  args: injectorCommand(model, scripts),
                  env: environment(args, api ? [apiCredentials.environment] : []),
                  // No kubelet probes: k6's only port is an API by which anybody could stop it, so it stays closed. That an
                  // injector lives is seen by what it counts; the alerts on missing and one-sided probes say when it does not.
                  volumeMounts: [
                    { name: 'scripts', mountPath: scripts, readOnly: true },
                    { name: 'tmp', mountPath: '/tmp' },
                    ...(api ? [apiCredentials.mount] : []),
                  ],
                  securityContext: containerSecurity,
                  resources: resourceRequirements(injector.resources),
                },
              ],
              volumes: [
                { name: 'scripts', configMap: { name: scenario.metadata.name } },
                { name: 'tmp', emptyDir: { sizeLimit: '16Mi' } },
                ...(api ? [apiCredentials.volume] : []),
              ],
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

/** The scripts as they are in the repository and their data, by file name. */
function scenarioData(model: SignalModel, targets: InjectorTargets): Record<string, string> {
  const directory = join(__dirname, '..', 'scenarios');
  const files = Object.fromEntries(
    scenarioFiles.map((file) => [file, readFileSync(join(directory, file), 'utf8')]),
  );
  return { ...files, [configFile]: `${JSON.stringify(injectorConfig(model, targets), null, 2)}\n` };
}

function contentHash(files: Record<string, string>): string {
  return createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 10);
}

/** k6's environment; the pod's name comes first because later values refer to it. */
function environment(
  { model, injector, otlpEndpoint }: LoadInjectorArgs,
  more: readonly { name: string; value: string }[],
): pulumi.Output<k8s.types.input.core.v1.EnvVar[]> {
  // The collector of garbage works towards the limit that this stack sets, not the default one.
  const memoryLimit = `${Math.floor((injector.resources.limits.memory / 2 ** 20) * 0.8)}MiB`;
  return pulumi
    .output(otlpEndpoint)
    .apply((endpoint) => [
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      ...injectorEnvironment(model, { otlpEndpoint: endpoint }).map((variable) =>
        variable.name === 'GOMEMLIMIT' ? { ...variable, value: memoryLimit } : variable,
      ),
      ...more,
    ]);
}
