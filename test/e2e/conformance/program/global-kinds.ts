import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';

/** Kinds without a namespace or rarely used, a definition, and a custom resource of it. */
export function globalKinds(
  provider: k8s.Provider,
  phase: string,
  accountName: pulumi.Output<string>,
  namespace: pulumi.Output<string>,
): { widget: k8s.apiextensions.CustomResource } {
  const later = phase === 'update' || phase === 'replace';
  const replaced = phase === 'replace';
  const opts = { provider };
  const note = later ? 'second' : 'first';
  const meta = (own: string) => ({ name: own, namespace, annotations: { note } });
  const global = (own: string) => ({ name: `conformance-${own}`, annotations: { note } });

  new k8s.rbac.v1.ClusterRole(
    'global-role',
    {
      metadata: global('role'),
      rules: [{ apiGroups: [''], resources: ['nodes'], verbs: later ? ['get', 'watch'] : ['get'] }],
    },
    opts,
  );
  new k8s.rbac.v1.ClusterRoleBinding(
    'global-binding',
    {
      metadata: global('role'),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name: accountName, namespace }],
    },
    opts,
  );
  new k8s.scheduling.v1.PriorityClass(
    'priority',
    { metadata: global('priority'), value: replaced ? 20 : 10, description: note },
    opts,
  );
  new k8s.storage.v1.StorageClass(
    'storage',
    {
      metadata: global('storage'),
      provisioner: 'kubernetes.io/no-provisioner',
      volumeBindingMode: 'WaitForFirstConsumer',
      parameters: { kind: replaced ? 'b' : 'a' },
    },
    opts,
  );
  new k8s.core.v1.PersistentVolume(
    'volume',
    {
      metadata: global('volume'),
      spec: {
        capacity: { storage: '1024Mi' },
        accessModes: ['ReadWriteOnce'],
        persistentVolumeReclaimPolicy: later ? 'Delete' : 'Retain',
        storageClassName: 'conformance-storage',
        local: { path: '/tmp' },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['none'] }] },
            ],
          },
        },
      },
    },
    opts,
  );
  new k8s.core.v1.PersistentVolumeClaim(
    'claim',
    {
      metadata: meta('claim'),
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'conformance-storage',
        resources: { requests: { storage: '1024Mi' } },
      },
    },
    { ...opts, dependsOn: [] },
  );
  new k8s.coordination.v1.Lease(
    'lease',
    { metadata: meta('lease'), spec: { holderIdentity: note, leaseDurationSeconds: 15 } },
    opts,
  );
  new k8s.discovery.v1.EndpointSlice(
    'slice',
    {
      metadata: { ...meta('slice'), labels: { 'kubernetes.io/service-name': 'outside' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [later ? '192.0.2.2' : '192.0.2.1'] }],
      ports: [{ name: 'http', port: 80 }],
    },
    opts,
  );
  new k8s.node.v1.RuntimeClass(
    'runtime',
    { metadata: global('runtime'), handler: replaced ? 'other' : 'runc' },
    opts,
  );
  new k8s.networking.v1.IngressClass(
    'ingress-class',
    { metadata: global('ingress'), spec: { controller: 'example.com/ingress' } },
    opts,
  );
  new k8s.admissionregistration.v1.ValidatingAdmissionPolicy(
    'admission',
    {
      metadata: global('admission'),
      spec: {
        failurePolicy: 'Ignore',
        matchConstraints: {
          resourceRules: [
            {
              apiGroups: ['example.invalid'],
              apiVersions: ['v1'],
              operations: ['CREATE'],
              resources: ['nothings'],
            },
          ],
        },
        validations: [{ expression: later ? '1 == 1' : 'true' }],
      },
    },
    opts,
  );
  new k8s.flowcontrol.v1.PriorityLevelConfiguration(
    'level',
    {
      metadata: global('level'),
      spec: {
        type: 'Limited',
        limited: { nominalConcurrencyShares: later ? 2 : 1, limitResponse: { type: 'Reject' } },
      },
    },
    opts,
  );

  const crd = new k8s.apiextensions.v1.CustomResourceDefinition(
    'crd',
    {
      metadata: { name: 'widgets.conformance.example', annotations: { note } },
      spec: {
        group: 'conformance.example',
        scope: 'Namespaced',
        names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            subresources: { status: {} },
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: {
                  spec: {
                    type: 'object',
                    properties: {
                      size: { type: 'integer', minimum: 1 },
                      color: { type: 'string', default: 'red' },
                      shape: {
                        type: 'string',
                        'x-kubernetes-validations': [
                          { rule: 'self == oldSelf', message: 'shape is immutable' },
                        ],
                      } as never,
                    },
                  },
                  status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } as never,
                },
              },
            },
          },
        ],
      },
    },
    opts,
  );
  const widget = new k8s.apiextensions.CustomResource(
    'widget',
    {
      apiVersion: 'conformance.example/v1',
      kind: 'Widget',
      metadata: meta('widget'),
      spec: { size: later ? 2 : 1, shape: replaced ? 'square' : 'round' },
    },
    { ...opts, dependsOn: [crd] },
  );

  return { widget };
}
