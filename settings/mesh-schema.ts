import { z } from 'zod';
import { leastGraceMs } from '../components/mesh/drain';
import { controlPlaneSchema } from './control-plane-schema';
import { choice, duration, flag, number, text } from './fields';
import { resources } from './resources-schema';
import { dayMs } from './units';

/** The section `mesh`. */
export const meshSchema = z
  .strictObject({
    enabled: flag('true makes a mesh')
      .prefault(false)
      .describe('Makes a mesh, and probes the paths through it unless they are switched off by themselves.'),
    mode: choice(
      ['sidecar', 'ambient'],
      'write sidecar for a proxy beside each pod; ambient for one on each node, and one more only where requests are routed',
    )
      .prefault('sidecar')
      .describe('How pods get into the mesh: by a proxy in each pod, or by ztunnel on each node.'),
    controlPlane: controlPlaneSchema,
    revision: text({
      pattern: /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/,
      allowed: 'the name of a revision of Istio',
      mend: 'see `istioctl tag list`, or leave it out',
    })
      .optional()
      .meta({
        description:
          'Revision of istiod that the mesh goes by, and that charts install; not where the stack runs its own.',
        leftOut: 'the default one, by the label istio-injection',
      }),
    retries: number({
      min: 1,
      max: 10,
      whole: true,
      unit: 'repeats of one request',
      mend: 'write 2, as Istio does by default; the path mesh repeats nothing',
    })
      .prefault(2)
      .describe('How often the path mesh-retry repeats an attempt at most.'),
    peerAuthentication: choice(
      ['STRICT', 'PERMISSIVE'],
      'write STRICT; PERMISSIVE only to find out what breaks by it',
    )
      .prefault('STRICT')
      .describe('Whether pods of the mesh take mutual TLS only; source answers the injectors in any case.'),
    grace: duration({
      min: leastGraceMs,
      max: 600_000,
      mend: 'write for example 40s: all times of a drain are parts of it',
    })
      .prefault('40s')
      .describe('How long a pod of the mesh may take to end; all that drains is derived from it.'),
    certificateLife: duration({
      min: 120_000,
      max: 90 * dayMs,
      mend: 'write for example 24h, as Istio does by default; no longer than the mesh’s control plane signs for',
    })
      .prefault('24h')
      .describe(
        'How long a certificate of a pod is good for; a new one is asked for after half of that. Not in mode ambient.',
      ),
    resources: resources({ cpu: ['50m', '500m'], memory: ['128MB', '256MB'] }).describe(
      'What one sidecar is sure of and may take; in mode ambient the proxy that repeats requests (waypoint).',
    ),
  })
  .prefault({})
  .describe('Two hops inside an Istio mesh.');
