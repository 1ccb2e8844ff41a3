import { z } from 'zod';
import { builtIns, defaultK3sVersion, k3sReleases, type K3sVersion } from '../lab/k3d/spec';
import { called, clusterKind as kind, clusterName as name, clusterUrls } from './cluster-fields';
import { eksSchema, eksStandIns } from './eks-schema';
import { variantsOf } from './field-facts';
import { choice, flag, leaf, number, text } from './fields';
import { imageReference } from './image-reference';

const port = (example: number, what: string) =>
  number({
    min: 1024,
    max: 65_535,
    whole: true,
    unit: 'a free port of 127.0.0.1',
    mend: `write for example ${example}`,
  })
    .prefault(example)
    .describe(`Where ${what} is on 127.0.0.1.`);

const labSchema = z.strictObject({
  kind: kind('lab'),
  name: name.prefault('lab').meta(called),
  nodes: number({ min: 1, max: 5, whole: true, mend: 'write 2 to lose a node and live' })
    .prefault(2)
    .describe('Nodes of the lab.'),
  ports: z
    .strictObject({
      api: port(16443, 'the API server, by which the cluster is told from others,'),
      prometheus: port(19090, 'Prometheus'),
      alertmanager: port(19093, 'Alertmanager'),
      podinfo: port(19898, 'source'),
    })
    .prefault({})
    .describe('Ports of this machine.'),
});

const k3sVersions = Object.keys(k3sReleases) as K3sVersion[];

const k3dSchema = z.strictObject({
  kind: kind('k3d'),
  name: name.prefault('dev').meta(called),
  servers: leaf({
    allowed: '1, 3 or 5: etcd of two or four servers is no safer than of one or three',
    mend: 'write 1, or 3 to lose a server and live',
    type: 'whole number',
    words: [1, 3, 5],
    written: { enum: [1, 3, 5, '1', '3', '5'] },
    parse: (raw) => [1, 3, 5].find((servers) => String(servers) === String(raw)),
  })
    .prefault(1)
    .describe('Servers; another number is another cluster.'),
  agents: number({ min: 0, max: 10, whole: true, mend: 'write 2 to lose a node and live' })
    .prefault(2)
    .describe('Agents, changed where they are.'),
  version: leaf({
    allowed: `one of ${k3sVersions.join(', ')}, a minor version of Kubernetes`,
    mend: `write '${defaultK3sVersion}', or name an image of k3s in cluster.image`,
    words: k3sVersions,
    written: { enum: [...k3sVersions, ...k3sVersions.map(Number)] },
    parse: (raw) => k3sVersions.find((version) => version === String(raw)),
  })
    .optional()
    .meta({
      description: 'Minor version of Kubernetes; the release of k3s is in lab/k3d/spec.ts.',
      leftOut: defaultK3sVersion,
    }),
  image: text({
    // k3d asks the network which version `latest`, `stable` or `+channel` means, and expands a $.
    pattern: imageReference,
    allowed: 'an image of k3s with its tag or digest',
    mend: 'write for example docker.io/rancher/k3s:v1.34.9-k3s1, or leave it out',
  })
    .optional()
    .meta({
      description: 'Image of k3s that the nodes run, in place of version.',
      leftOut: 'that of the version',
    }),
  disable: z
    .array(choice(builtIns, 'remove what k3s cannot do without'))
    // Gateways and NodePorts of the stack's own take their places.
    .prefault(['traefik', 'servicelb'])
    .describe('Parts of k3s that are left out.'),
  ports: z
    .strictObject({
      api: port(16443, 'the API server, by which the cluster is told from others,'),
      registry: port(15000, 'the registry'),
      gateway: port(18080, 'the gateway, if a path goes through one,'),
      prometheus: port(19090, 'Prometheus'),
      alertmanager: port(19093, 'Alertmanager'),
      podinfo: port(19898, 'source'),
    })
    .prefault({})
    .describe('Ports of this machine.'),
});

const existingSchema = z.strictObject({
  kind: kind('existing'),
  name: name.meta(called),
  kubeconfig: text({
    pattern: /\S/,
    allowed: 'the path or the contents of a kubeconfig',
    mend: 'set it with: pulumi config set --secret --path',
    hidden: true,
  })
    .optional()
    .meta({
      description:
        'The way into the cluster; with another server in its contents it is another cluster, and everything moves there.',
      leftOut: 'KUBECONFIG, or ~/.kube/config; a context must be named then',
    }),
  context: text({
    pattern: /^\S+$/,
    allowed: 'the name of a context of the kubeconfig',
    mend: 'see `kubectl config get-contexts`',
  })
    .optional()
    .meta({
      description:
        'The one context of the kubeconfig that the stack may touch; it, kubeconfig or inCluster must be written. Unless contents of a kubeconfig say where the server is, another context is another cluster.',
      leftOut: 'the current one of the kubeconfig that is written',
    }),
  inCluster: flag('true only where Pulumi itself runs in a pod of that cluster')
    .prefault(false)
    .describe('Whether Pulumi runs in a pod of the cluster, by whose service account it is reached.'),
  urls: clusterUrls,
});

const schemas = { lab: labSchema, k3d: k3dSchema, eks: eksSchema, existing: existingSchema };

type ClusterSchema = (typeof schemas)[keyof typeof schemas];

/** The schema of the kind of cluster that a raw section asks for; undefined when there is no such kind. */
export function clusterSchemaOf(raw: unknown): ClusterSchema | undefined {
  const wanted = typeof raw === 'object' && raw !== null && 'kind' in raw ? raw.kind : undefined;
  return Object.entries(schemas).find(([name]) => name === wanted)?.[1];
}

/** The section `cluster`: what is allowed beside `kind` depends on the kind. */
export const clusterSchema = z
  .unknown()
  .transform((raw, context) => {
    const isObject = typeof raw === 'object' && raw !== null && !Array.isArray(raw);
    const wanted = isObject ? (raw as Record<string, unknown>)['kind'] : undefined;
    const schema = clusterSchemaOf(raw);
    if (schema !== undefined) {
      const result = schema.safeParse(raw);
      if (result.success) return result.data;
      context.issues.push(
        ...result.error.issues.map((issue) => ({ ...issue, input: raw }) as z.core.$ZodRawIssue),
      );
      return z.NEVER;
    }
    if (raw !== undefined && !isObject) {
      context.issues.push({ code: 'invalid_type', expected: 'object', input: raw });
      return z.NEVER;
    }
    context.issues.push({
      code: 'custom',
      path: ['kind'],
      input: wanted,
      message: 'lab, k3d, eks or existing',
      params: {
        mend: 'write lab for the embedded cluster, k3d for one in Docker, eks for one of AWS, existing for one that you have',
      },
    });
    return z.NEVER;
  })
  .describe(
    'Where the stack runs: lab (made on this machine), k3d (made in Docker), eks (made in AWS) or existing (one that you have).',
  );

variantsOf.set(clusterSchema, { by: 'kind', schemas });

/**
 * A raw section in which what has no default is filled in where it is missing, so that one missing field, complained about by itself,
 * hides no mistake elsewhere; for nothing else.
 */
export function withStandIns(raw: unknown): unknown {
  if (clusterSchemaOf(raw) !== eksSchema) return raw;
  return { ...eksStandIns, ...(raw as object) };
}

/** A lab that this stack makes and deletes. */
export type LabClusterSettings = z.output<typeof labSchema>;

/** A k3d cluster that this stack makes and deletes. */
export type K3dClusterSettings = z.output<typeof k3dSchema>;

export type { EksClusterSettings } from './eks-schema';

/** A cluster of any kind. */
export type ClusterSettings = z.output<ClusterSchema>;

/** A cluster that somebody else keeps. */
export type ExistingClusterSettings = z.output<typeof existingSchema>;
