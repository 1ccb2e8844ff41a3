import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { globalKinds } from './global-kinds';

const name = 'conformance';

/** One object of every kind that the test goes through; `update` changes each in place, `replace` what cannot be changed. */
export function everyKind(provider: k8s.Provider, phase: string): Record<string, unknown> {
  const later = phase === 'update' || phase === 'replace';
  const replaced = phase === 'replace';
  const opts = { provider };
  const note = later ? 'second' : 'first';
  const ns = new k8s.core.v1.Namespace('ns', { metadata: { name, annotations: { note } } }, opts);
  const namespace = ns.metadata.name;
  const labels = { app: 'web', ...(replaced ? { version: '2' } : {}) };
  const meta = (own: string) => ({ name: own, namespace, annotations: { note } });
  const noWait = { 'pulumi.com/skipAwait': 'true' }; // there are no nodes here
  const pod: k8s.types.input.core.v1.PodSpec = {
    containers: [
      {
        name: 'main',
        image: later ? 'example.invalid/web:2' : 'example.invalid/web:1',
        ports: [{ containerPort: 8080 }],
        env: [{ name: 'NOTE', value: note }],
        resources: { requests: { cpu: '0.1', memory: '64Mi' }, limits: { cpu: '1000m', memory: '0.5Gi' } },
        readinessProbe: { httpGet: { path: '/', port: 8080 } },
      },
    ],
    volumes: [{ name: 'tmp', emptyDir: {} }],
    hostNetwork: false,
  };
  const template = { metadata: { labels }, spec: pod };
  const waiting = (own: string) => ({ ...meta(own), annotations: { note, ...noWait } });

  const config = new k8s.core.v1.ConfigMap('config', { metadata: { namespace }, data: { note } }, opts);
  new k8s.core.v1.ConfigMap('fixed-config', { metadata: meta('config'), data: { note } }, opts);
  const secret = new k8s.core.v1.Secret(
    'secret',
    { metadata: meta('secret'), stringData: { token: 'hunter2-very-secret' } },
    opts,
  );
  const account = new k8s.core.v1.ServiceAccount(
    'account',
    { metadata: meta('web'), automountServiceAccountToken: false },
    opts,
  );
  new k8s.apps.v1.Deployment(
    'web',
    {
      metadata: waiting('web'),
      spec: { replicas: later ? 3 : 2, selector: { matchLabels: labels }, template },
    },
    opts,
  );
  new k8s.apps.v1.StatefulSet(
    'set',
    {
      metadata: waiting('set'),
      spec: {
        serviceName: replaced ? 'other' : 'set',
        replicas: later ? 2 : 1,
        selector: { matchLabels: { app: 'set' } },
        template: { metadata: { labels: { app: 'set' } }, spec: pod },
      },
    },
    opts,
  );
  new k8s.apps.v1.DaemonSet(
    'daemon',
    {
      metadata: meta('daemon'),
      spec: {
        selector: { matchLabels: { app: 'daemon' } },
        template: { metadata: { labels: { app: 'daemon' } }, spec: pod },
      },
    },
    opts,
  );
  new k8s.batch.v1.CronJob(
    'cron',
    {
      metadata: meta('cron'),
      spec: {
        schedule: later ? '5 * * * *' : '0 * * * *',
        jobTemplate: { spec: { template: { spec: { ...pod, restartPolicy: 'Never' } } } },
      },
    },
    opts,
  );
  new k8s.batch.v1.Job(
    'job',
    {
      metadata: meta('job'),
      spec: {
        suspend: true,
        template: {
          spec: {
            ...pod,
            restartPolicy: 'Never',
            containers: [
              { name: 'main', image: replaced ? 'example.invalid/job:2' : 'example.invalid/job:1' },
            ],
          },
        },
      },
    },
    opts,
  );
  const service = new k8s.core.v1.Service(
    'service',
    {
      metadata: waiting('web'),
      spec: {
        selector: labels,
        ports: [{ name: 'http', port: 80, targetPort: 8080 }, ...(later ? [{ name: 'more', port: 81 }] : [])],
      },
    },
    opts,
  );
  new k8s.core.v1.Service(
    'headless',
    { metadata: meta('set'), spec: { clusterIP: 'None', selector: { app: 'set' }, ports: [{ port: 80 }] } },
    opts,
  );
  new k8s.core.v1.LimitRange(
    'limits',
    {
      metadata: meta('limits'),
      spec: {
        limits: [
          {
            type: 'Container',
            default: { cpu: later ? '2' : '1000m' },
            defaultRequest: { memory: '1024Mi' },
          },
        ],
      },
    },
    opts,
  );
  new k8s.core.v1.ResourceQuota(
    'quota',
    { metadata: meta('quota'), spec: { hard: { pods: later ? '200' : '100', 'requests.memory': '1024Gi' } } },
    opts,
  );
  new k8s.policy.v1.PodDisruptionBudget(
    'budget',
    { metadata: meta('web'), spec: { maxUnavailable: later ? '50%' : 1, selector: { matchLabels: labels } } },
    opts,
  );
  new k8s.autoscaling.v2.HorizontalPodAutoscaler(
    'scaler',
    {
      metadata: meta('set'),
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'set' },
        maxReplicas: later ? 5 : 4,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1024Mi' } },
          },
        ],
      },
    },
    opts,
  );
  new k8s.networking.v1.NetworkPolicy(
    'policy',
    {
      metadata: meta('web'),
      spec: {
        podSelector: {},
        policyTypes: later ? ['Ingress', 'Egress'] : ['Ingress'],
        ingress: [{ ports: [{ port: 80 }] }],
      },
    },
    opts,
  );
  new k8s.networking.v1.Ingress(
    'ingress',
    {
      metadata: meta('web'),
      spec: { defaultBackend: { service: { name: 'web', port: { number: later ? 81 : 80 } } } },
    },
    opts,
  );
  const role = new k8s.rbac.v1.Role(
    'role',
    {
      metadata: meta('web'),
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: later ? ['get', 'list'] : ['get'] }],
    },
    opts,
  );
  new k8s.rbac.v1.RoleBinding(
    'binding',
    {
      metadata: meta('web'),
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: replaced ? 'ClusterRole' : 'Role',
        name: replaced ? 'view' : role.metadata.name,
      },
      subjects: [{ kind: 'ServiceAccount', name: account.metadata.name, namespace }],
    },
    opts,
  );
  const { widget } = globalKinds(provider, phase, account.metadata.name, namespace);

  return {
    configName: config.metadata.name,
    clusterIp: service.spec.clusterIP,
    widget: widget.id,
    token: secret.stringData,
    uid: ns.metadata.uid,
    count: pulumi.output(38),
  };
}
