import type * as pulumi from '@pulumi/pulumi';
import type { PrometheusSpec } from '../../resources/prometheus';

type Storage = Extract<PrometheusSpec, { storage?: unknown }>['storage'];

/** Storage of a server that the operator runs: one claim for each pod, `size` as a Kubernetes quantity. */
export function storage(size: string, storageClass: pulumi.Input<string> | undefined): NonNullable<Storage> {
  const spec = {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: size } },
    ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
  };
  // The model asks for `apiVersion` and `kind`, which the definition leaves out as well as the operator's own examples.
  return { volumeClaimTemplate: { spec } } as unknown as NonNullable<Storage>;
}
