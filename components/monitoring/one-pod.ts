import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { Cluster } from '../cluster/cluster';
import { imageOf, type ImageName } from '../images';
import { labels, metadata, selectorLabels } from '../metadata';
import { namespaceNames } from '../names';
import { containerSecurity, podSecurity } from '../pod';

/** What differs between the programs of the monitoring stack that run as one pod and talk to the API server. */
export interface OnePodArgs {
  readonly cluster: Cluster;
  readonly stack: string;
  /** The container's arguments, ports, probes and resources. */
  readonly container: Pick<
    k8s.types.input.core.v1.Container,
    'args' | 'ports' | 'livenessProbe' | 'readinessProbe' | 'resources'
  >;
}

/** A Deployment of one pod in the monitoring namespace: program, image and service account have the same name. */
export function onePodDeployment(
  program: ImageName,
  { cluster, stack, container }: OnePodArgs,
  opts: pulumi.CustomResourceOptions,
): k8s.apps.v1.Deployment {
  return new k8s.apps.v1.Deployment(
    program,
    {
      metadata: metadata(program, namespaceNames.monitoring, { stack }),
      spec: {
        replicas: 1,
        selector: { matchLabels: selectorLabels(program, stack) },
        revisionHistoryLimit: 3,
        template: {
          metadata: { labels: labels(program, stack) },
          spec: {
            serviceAccountName: program,
            automountServiceAccountToken: true,
            enableServiceLinks: false,
            securityContext: podSecurity,
            ...(cluster.monitoringNodes ? { nodeSelector: cluster.monitoringNodes } : {}),
            containers: [
              {
                name: program,
                image: imageOf(cluster, program),
                imagePullPolicy: 'IfNotPresent',
                securityContext: containerSecurity,
                ...container,
              },
            ],
          },
        },
      },
    },
    opts,
  );
}
