import { imageReferences } from '../images/images';
import { localVolumes } from './node';
import { volumesNode, volumesPath } from './node-config';
import type { LabAddresses, LabSpec } from './spec';

/** Name of the storage class of node 1's local volumes. */
export const storageClass = 'lab-local';

const dnsLabels = { 'k8s-app': 'kube-dns' };

/** What every real cluster brings along: DNS and storage. Applied by the lab itself, server-side, so that repeats change nothing. */
export function baseObjects(spec: LabSpec, addresses: LabAddresses): object[] {
  return [...dns(spec, addresses), ...storage(), ...(spec.networkPolicies ? policyReading() : [])];
}

/** What keeps the policies comes as kube-proxy, which may read nothing of them by itself. */
function policyReading(): object[] {
  const metadata = { name: 'continuous-load-policy-enforcer' };
  const verbs = ['list', 'watch'];
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata,
      rules: [
        { apiGroups: [''], resources: ['pods', 'namespaces'], verbs },
        { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', ...metadata },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'system:kube-proxy' }],
    },
  ];
}

function dns(spec: LabSpec, addresses: LabAddresses): object[] {
  const metadata = { name: 'coredns', namespace: 'kube-system' };
  const replicas = Math.min(2, spec.nodes);
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'system:coredns' },
      rules: [
        {
          apiGroups: [''],
          resources: ['endpoints', 'services', 'pods', 'namespaces'],
          verbs: ['list', 'watch'],
        },
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'system:coredns' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:coredns' },
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata,
      data: {
        Corefile: `.:53 {
    errors
    health {
        lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        ttl 5
    }
    prometheus :9153
    cache 5
    loop
    reload
    loadbalance
}
`,
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...metadata, labels: dnsLabels },
      spec: {
        replicas,
        selector: { matchLabels: dnsLabels },
        strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: {
          metadata: { labels: dnsLabels },
          spec: {
            serviceAccountName: 'coredns',
            priorityClassName: 'system-cluster-critical',
            dnsPolicy: 'Default',
            topologySpreadConstraints: [
              {
                maxSkew: 1,
                topologyKey: 'kubernetes.io/hostname',
                // rather one alone than two on one node: a lab's nodes come one after the other, and its first up or an outage would leave both there
                whenUnsatisfiable: 'DoNotSchedule',
                minDomains: replicas,
                nodeTaintsPolicy: 'Honor',
                labelSelector: { matchLabels: dnsLabels },
                // else a rollout counts the old pods too, and both new ones may end on one node
                matchLabelKeys: ['pod-template-hash'],
              },
            ],
            securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
            containers: [
              {
                name: 'coredns',
                image: imageReferences().coredns,
                imagePullPolicy: 'IfNotPresent',
                args: ['-conf', '/etc/coredns/Corefile'],
                ports: [{ name: 'metrics', containerPort: 9153, protocol: 'TCP' }],
                resources: { requests: { cpu: '20m', memory: '40Mi' }, limits: { memory: '170Mi' } },
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  runAsNonRoot: true,
                  capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
                },
                livenessProbe: { httpGet: { path: '/health', port: 8080 }, periodSeconds: 10 },
                readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 2 },
                volumeMounts: [{ name: 'config', mountPath: '/etc/coredns', readOnly: true }],
              },
            ],
            volumes: [{ name: 'config', configMap: { name: 'coredns' } }],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'kube-dns', namespace: 'kube-system', labels: dnsLabels },
      spec: {
        clusterIP: addresses.dnsService,
        selector: dnsLabels,
        ports: [
          { name: 'dns', port: 53, protocol: 'UDP' },
          { name: 'dns-tcp', port: 53, protocol: 'TCP' },
          { name: 'metrics', port: 9153, protocol: 'TCP' },
        ],
      },
    },
  ];
}

/** Volumes are bound when a pod wants them; `local` ones get the pod's fsGroup, which hostPath ones do not. */
function storage(): object[] {
  const node = volumesNode;
  const volumes = Array.from({ length: localVolumes }, (_, i) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `${node}-volume-${i + 1}` },
    spec: {
      capacity: { storage: '10Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: storageClass,
      local: { path: `${volumesPath}/volume-${i + 1}` },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }] },
          ],
        },
      },
    },
  }));
  const keeper = { name: 'continuous-load-volumes' };
  return [
    // `lab-init volumes` comes as the controller manager, which has such rights only through accounts of its controllers
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: keeper,
      rules: [{ apiGroups: [''], resources: ['persistentvolumes'], verbs: ['list', 'patch'] }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: keeper,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', ...keeper },
      subjects: [
        { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'system:kube-controller-manager' },
      ],
    },
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: storageClass },
      provisioner: 'kubernetes.io/no-provisioner',
      volumeBindingMode: 'WaitForFirstConsumer',
    },
    ...volumes,
  ];
}
