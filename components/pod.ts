import type { ResourceSettings } from '../settings/schema';
import { formatCpu, kubernetesSize } from '../settings/units';

/** User and group that every container runs as; images must work for any. */
export const nobody = 65532;

/** Security context of a pod that the Pod Security Standard `restricted` admits. */
export const podSecurity = {
  runAsNonRoot: true,
  runAsUser: nobody,
  runAsGroup: nobody,
  fsGroup: nobody,
  seccompProfile: { type: 'RuntimeDefault' as const },
};

/** Security context of a container that can write nowhere and gain nothing. */
export const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

/** Probes of a server with `/readyz` and `/healthz` on its port `http`. */
export const httpProbes = {
  // Three misses: a pod that is only slow must not leave the Service, else load moves to the other and slows that.
  readinessProbe: {
    httpGet: { path: '/readyz', port: 'http' },
    periodSeconds: 2,
    timeoutSeconds: 2,
    failureThreshold: 3,
  },
  livenessProbe: {
    httpGet: { path: '/healthz', port: 'http' },
    periodSeconds: 10,
    timeoutSeconds: 5,
    failureThreshold: 3,
  },
};

/** Spreads the pods of one revision over nodes, but rather runs two on one node than none. */
export function spreadOverNodes(matchLabels: Record<string, string>) {
  return [
    {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels },
      matchLabelKeys: ['pod-template-hash'],
    },
  ];
}

/** Requests and limits as Kubernetes wants them. */
export function resourceRequirements({ requests, limits }: ResourceSettings) {
  const quantities = ({ cpu, memory }: { cpu: number; memory: number }) => ({
    cpu: formatCpu(cpu),
    memory: kubernetesSize(memory),
  });
  return { requests: quantities(requests), limits: quantities(limits) };
}
