import type { ControlPlaneSettings } from '../../settings/control-plane-schema';
import type { MeshSettings } from '../../settings/schema';
import { meshNamespace } from '../../signals/targets';
import type { Cluster } from '../cluster/cluster';
import { namespaceNames } from '../names';
import { defaultRetries } from './part';

/** What the values of Istio's charts are made from. */
export interface IstioChartArgs {
  readonly cluster: Pick<Cluster, 'kind'>;
  readonly controlPlane: ControlPlaneSettings;
  readonly mesh: Pick<MeshSettings, 'mode' | 'revision'>;
  /** The gateway of the stack's own that istiod serves too; absent where there is none. */
  readonly gateway?: { readonly retries: number } | undefined;
}

/**
 * Values of Istio's charts base, istiod, cni and ztunnel. Keys and what they do are those of the charts' own `values.yaml` and templates
 * (github.com/istio/istio, manifests/charts, of 1.31); the test `charts` renders them with Helm.
 */

const seccompProfile = { type: 'RuntimeDefault' } as const;

/** Definitions of Istio's kinds. No webhook of istiod judges objects: it is changed by istiod behind the engine's back, and refuses all while istiod is away. */
export function baseValues({ controlPlane: { namespace } }: IstioChartArgs) {
  return { global: { istioNamespace: namespace, enableReaderRBAC: false }, defaultRevision: '' };
}

/** istiod: two, since no pod of the mesh is made while none answers; it sees the stack's namespaces and its own. */
export function istiodValues({ cluster, controlPlane: { namespace }, mesh, gateway }: IstioChartArgs) {
  return {
    ...profiles({ mesh }),
    ...(mesh.revision === undefined ? {} : { revision: mesh.revision }),
    global: { ...platform(cluster), istioNamespace: namespace, configValidation: false },
    // A number that an autoscaler changes would be drift.
    autoscaleEnabled: false,
    replicaCount: 2,
    resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { cpu: '2', memory: '1Gi' } },
    seccompProfile,
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { app: 'istiod' } },
      },
    ],
    // The plugin redirects traffic, so no pod needs the right to.
    cni: { enabled: true },
    // Of gateways that istiod deploys: without it `restricted` admits none.
    gateways: { seccompProfile },
    meshConfig: {
      ingressControllerMode: 'OFF',
      discoverySelectors: [
        {
          matchExpressions: [
            {
              key: 'kubernetes.io/metadata.name',
              operator: 'In',
              // Its own too: ztunnel asks for certificates of others, and istiod looks which pod it is.
              values: [namespaceNames.load, meshNamespace, namespace],
            },
          ],
        },
      ],
      ...(gateway ? { defaultHttpRetryPolicy: defaultRetries(gateway.retries) } : {}),
    },
  };
}

/** The plugin that redirects the traffic of pods, one on each node. */
export function cniValues({ cluster, mesh }: IstioChartArgs) {
  return {
    ...profiles({ mesh }),
    global: platform(cluster),
    seccompProfile,
    resources: { requests: { cpu: '20m', memory: '64Mi' }, limits: { memory: '256Mi' } },
  };
}

/** The proxy of mode ambient, one on each node. */
export function ztunnelValues({ controlPlane: { namespace }, mesh }: IstioChartArgs) {
  return {
    ...profiles({ mesh }),
    ...(mesh.revision === undefined ? {} : { revision: mesh.revision }),
    istioNamespace: namespace,
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '1Gi' } },
  };
}

function profiles({ mesh }: Pick<IstioChartArgs, 'mesh'>) {
  return mesh.mode === 'ambient' ? { profile: 'ambient' } : {};
}

/** Where a node keeps plugins and their configuration: k3s has places of its own. */
function platform({ kind }: Pick<Cluster, 'kind'>) {
  return kind === 'k3d' ? { platform: 'k3d' } : {};
}
