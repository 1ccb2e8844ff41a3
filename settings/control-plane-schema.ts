import { z } from 'zod';
import { choice, text } from './fields';
import { labelName } from './kubernetes-names';
import type { Config } from './schema';

/** Who runs Istio's control plane: the stack by itself (the lab), the stack by Istio's charts, or somebody else. */
export type ControlPlaneKind = 'own' | 'charts' | 'existing';

/** Release of Istio's charts that is installed unless the config says otherwise: the one whose images run a gateway without a mesh. */
export const istioVersion = '1.31.1';

/** Namespace of Istio's control plane unless the config says otherwise: its own charts and manuals take it for granted. */
export const istioNamespace = 'istio-system';

/** What `mesh.controlPlane` comes to on a cluster. */
export interface ControlPlaneSettings {
  readonly kind: ControlPlaneKind;
  /** Release of the charts, where they are installed. */
  readonly version: string;
  /** Where istiod is, and ztunnel; of no meaning where the stack runs it itself. */
  readonly namespace: string;
}

/** The section `mesh.controlPlane`. */
export const controlPlaneSchema = z
  .strictObject({
    kind: choice(
      ['own', 'charts', 'existing'],
      'leave it out; or write charts for a control plane by Istio’s charts, existing for one that is there',
    )
      .optional()
      .meta({
        description:
          'Who runs Istio’s control plane: own (the lab’s, of plain objects), charts (the stack, by Istio’s charts), or existing (you).',
        leftOut: 'own on the lab, charts on k3d and EKS, existing on an existing cluster',
      }),
    version: text({
      pattern: /^\d+\.\d+\.\d+$/,
      allowed: 'one release of Istio, three numbers',
      mend: `leave it out for ${istioVersion}, or read the notes of Istio’s release first`,
    })
      .optional()
      .meta({ description: 'Release of Istio’s charts; only with charts.', leftOut: istioVersion }),
    namespace: text({
      pattern: labelName,
      allowed: 'the name of a namespace',
      mend: `write for example ${istioNamespace}`,
    })
      .optional()
      .meta({
        description:
          'Namespace of istiod and ztunnel: made with charts, scraped in mode ambient; not where the stack runs its own.',
        leftOut: istioNamespace,
      }),
  })
  .prefault({})
  .describe('Istio’s control plane.');

const usual: Readonly<Record<Config['cluster']['kind'], ControlPlaneKind>> = {
  lab: 'own',
  k3d: 'charts',
  eks: 'charts',
  existing: 'existing',
};

/** The control plane of a mesh on a kind of cluster, with what was left out. */
export function controlPlaneOn(
  cluster: Config['cluster']['kind'],
  { kind, version, namespace }: Config['mesh']['controlPlane'],
): ControlPlaneSettings {
  return {
    kind: kind ?? usual[cluster],
    version: version ?? istioVersion,
    namespace: namespace ?? istioNamespace,
  };
}
