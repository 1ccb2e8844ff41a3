import { NeverReady, notReady } from '../../../../lab/pulumi/kubernetes/readiness';
import { waitingFor } from '../../../../lab/pulumi/kubernetes/wait-for';

const object = (apiVersion: string, kind: string, spec: object, status?: object): any => ({
  apiVersion,
  kind,
  metadata: { name: 'x', generation: 2 },
  spec,
  status,
});
const conditions = (type: string, status = 'True', more: object = {}) => ({
  conditions: [{ type, status, ...more }],
});
const deployment = (status: object, spec: object = { replicas: 2 }) =>
  object('apps/v1', 'Deployment', spec, { observedGeneration: 2, ...status });

test.each([
  ['a new Deployment', object('apps/v1', 'Deployment', {}), 'waiting for the controller'],
  [
    'a controller that has not seen the change',
    deployment({ observedGeneration: 1 }),
    'waiting for the controller',
  ],
  [
    'old pods only',
    deployment({ replicas: 2, updatedReplicas: 0, availableReplicas: 2 }),
    '0 of 2 replicas updated',
  ],
  [
    'a rolling update',
    deployment({ replicas: 3, updatedReplicas: 2, availableReplicas: 3 }),
    '1 old replicas to go',
  ],
  [
    'unready pods',
    deployment({ replicas: 2, updatedReplicas: 2, availableReplicas: 1 }),
    '1 of 2 replicas available',
  ],
  [
    'a refused pod',
    deployment(conditions('ReplicaFailure', 'True', { message: 'exceeded quota' })),
    'exceeded quota',
  ],
  ['a good Deployment', deployment({ replicas: 2, updatedReplicas: 2, availableReplicas: 2 }), undefined],
  ['none wanted', deployment({}, { replicas: 0 }), undefined],
  [
    'a StatefulSet in its update',
    object(
      'apps/v1',
      'StatefulSet',
      { replicas: 2 },
      {
        observedGeneration: 2,
        readyReplicas: 2,
        updatedReplicas: 1,
        currentRevision: 'a',
        updateRevision: 'b',
      },
    ),
    '1 of 2 replicas updated',
  ],
  [
    'a StatefulSet with a partition',
    object(
      'apps/v1',
      'StatefulSet',
      { replicas: 2, updateStrategy: { rollingUpdate: { partition: 1 } } },
      {
        observedGeneration: 2,
        readyReplicas: 2,
        updatedReplicas: 1,
        currentRevision: 'a',
        updateRevision: 'b',
      },
    ),
    undefined,
  ],
  [
    'a DaemonSet without nodes',
    object('apps/v1', 'DaemonSet', {}, { observedGeneration: 2, desiredNumberScheduled: 0 }),
    undefined,
  ],
  [
    'a DaemonSet with an unready pod',
    object(
      'apps/v1',
      'DaemonSet',
      {},
      { observedGeneration: 2, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 },
    ),
    '1 of 2 pods available',
  ],
  ['a running Job', object('batch/v1', 'Job', { completions: 3 }, { succeeded: 1 }), '1 of 3 pods succeeded'],
  ['a finished Job', object('batch/v1', 'Job', {}, conditions('Complete')), undefined],
  ['a suspended Job', object('batch/v1', 'Job', { suspend: true }), undefined],
  ['a pending Pod', object('v1', 'Pod', {}, { phase: 'Pending' }), 'the pod is Pending'],
  ['a ready Pod', object('v1', 'Pod', {}, { phase: 'Running', ...conditions('Ready') }), undefined],
  [
    'a new definition',
    object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {}),
    'waiting to be established',
  ],
  ['a Deployment of another group', object('example.com/v1', 'Deployment', {}), undefined],
])('%s', (_name, subject, reason) => expect(notReady(subject)).toBe(reason));

test.each([
  [
    deployment(
      conditions('Progressing', 'False', { reason: 'ProgressDeadlineExceeded', message: 'timed out' }),
    ),
    'timed out',
  ],
  [
    object('batch/v1', 'Job', {}, conditions('Failed', 'True', { message: 'backoff limit' })),
    'backoff limit',
  ],
  [object('v1', 'Pod', {}, { phase: 'Failed', message: 'evicted' }), 'evicted'],
])('what never becomes ready throws', (subject, words) => {
  expect(() => notReady(subject)).toThrow(NeverReady);
  expect(() => notReady(subject)).toThrow(words);
});

test('waitFor: conditions and paths, one or all of several', () => {
  const widget = object(
    'x/v1',
    'Widget',
    {},
    { ...conditions('Ready'), list: [{ 'a.b': 3 }], phase: 'Done' },
  );
  expect(waitingFor(widget, 'condition=Ready')).toBeUndefined();
  expect(waitingFor(widget, 'condition=Ready=False')).toBe('waiting for condition=Ready=False');
  expect(waitingFor(widget, 'jsonpath={.status.phase}=Done')).toBeUndefined();
  expect(waitingFor(widget, "jsonpath={$.status.list[0]['a.b']}=3")).toBeUndefined();
  expect(waitingFor(widget, 'jsonpath={.status.nothing}')).toBe('waiting for jsonpath={.status.nothing}');
  expect(waitingFor(widget, '["condition=Ready", "jsonpath={.status.phase}=Gone"]')).toContain('Gone');
  expect(() => waitingFor(widget, 'jsonpath={.a[?(@.b)]}')).toThrow('cannot read');
  expect(() => waitingFor(widget, 'ready')).toThrow('cannot read');
});
