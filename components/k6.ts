import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { ResourceSettings } from '../settings/schema';
import { configFile, type OtlpTarget } from '../signals/injector';
import { apiCredentials } from './api-access';
import type { Cluster } from './cluster/cluster';
import type { K6Extra } from './target-requests';
import { imageOf } from './images';
import { contentName, metadata } from './metadata';
import type { OtlpReceiver } from './monitoring/monitoring';
import { namespaceNames } from './names';
import { containerSecurity, podSecurity, resourceRequirements } from './pod';

/** Where the scripts are in a pod of {@link k6Pod}. */
export const scriptDirectory = '/scripts';

/** What {@link k6Scripts} are made from. */
export interface K6ScriptsArgs {
  readonly workload: string;
  readonly stack: string;
  /** Names of files in `scenarios/`. */
  readonly files: readonly string[];
  /** What lies beside them as `config.json`. */
  readonly config: unknown;
}

/** The scripts as they are in the repository and their data. Named by its content: another script or rate is another ConfigMap, and so a rollout. */
export function k6Scripts(
  { workload, stack, files, config }: K6ScriptsArgs,
  child: pulumi.CustomResourceOptions,
): k8s.core.v1.ConfigMap {
  const namespace = namespaceNames.load;
  const directory = join(__dirname, '..', 'scenarios');
  const data = {
    ...Object.fromEntries(files.map((file) => [file, readFileSync(join(directory, file), 'utf8')])),
    [configFile]: `${JSON.stringify(config, null, 2)}\n`,
  };
  const named = contentName(workload, JSON.stringify(data));
  return new k8s.core.v1.ConfigMap(
    workload,
    { metadata: metadata(named, namespace, { workload, stack }), immutable: true, data },
    child,
  );
}

/** What a pod of k6 runs, and as whom. */
export interface K6PodArgs {
  readonly cluster: Cluster;
  readonly scripts: k8s.core.v1.ConfigMap;
  /** k6's arguments. */
  readonly command: readonly string[];
  /** k6's environment, for this receiver of metrics. */
  readonly environment: (
    receiver: OtlpTarget,
  ) => pulumi.Input<readonly { readonly name: string; readonly value: string }[]>;
  readonly otlp: OtlpReceiver;
  readonly resources: ResourceSettings;
  readonly terminationGracePeriodSeconds: number;
  /** The account whose short-lived token it gets; without one it cannot talk to the API server. */
  readonly account?: pulumi.Input<string>;
  /** Further environment by fields of the pod, as `POD_UID: metadata.uid`; default none. */
  readonly fields?: Readonly<Record<string, string>>;
  /** What else is mounted; default nothing. */
  readonly extras?: readonly K6Extra[];
}

/**
 * A pod that runs k6 without end. It has no kubelet probes: k6's only port is an API by which anybody could stop it, so it stays
 * closed. That it lives is seen by what it counts, and alerts say when it does not.
 */
export function k6Pod(args: K6PodArgs): k8s.types.input.core.v1.PodSpec {
  const { cluster, scripts, account, otlp, fields = {}, extras = [] } = args;
  const mayAsk = account !== undefined;
  const { headers } = otlp;
  const own = pulumi
    .output(otlp.endpoint)
    .apply((otlpEndpoint) => pulumi.output(args.environment({ ...otlp, otlpEndpoint })));
  const env = own.apply((variables) => [
    // first, because later values refer to it
    ...Object.entries({ POD_NAME: 'metadata.name', ...fields }).map(([name, fieldPath]) => ({
      name,
      valueFrom: { fieldRef: { fieldPath } },
    })),
    ...variables,
    ...(headers ? [{ name: 'K6_OTEL_HEADERS', valueFrom: { secretKeyRef: headers } }] : []),
    ...(mayAsk ? [apiCredentials.environment] : []),
    ...extras.map(({ environment }) => environment),
  ]);
  return {
    ...(mayAsk ? { serviceAccountName: account } : {}),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: podSecurity,
    terminationGracePeriodSeconds: args.terminationGracePeriodSeconds,
    containers: [
      {
        name: 'k6',
        image: imageOf(cluster, 'k6'),
        imagePullPolicy: 'IfNotPresent',
        args: [...args.command],
        env,
        volumeMounts: [
          { name: 'scripts', mountPath: scriptDirectory, readOnly: true },
          { name: 'tmp', mountPath: '/tmp' },
          ...(mayAsk ? [apiCredentials.mount] : []),
          ...extras.map(({ mount }) => mount),
        ],
        securityContext: containerSecurity,
        resources: resourceRequirements(args.resources),
      },
    ],
    volumes: [
      { name: 'scripts', configMap: { name: scripts.metadata.name } },
      { name: 'tmp', emptyDir: { sizeLimit: '16Mi' } },
      ...(mayAsk ? [apiCredentials.volume] : []),
      ...extras.map(({ volume }) => volume),
    ],
  };
}
