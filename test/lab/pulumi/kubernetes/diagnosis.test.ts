import { containerTrouble, diagnose, podTroubles } from '../../../../lab/pulumi/kubernetes/diagnosis';

test('states of containers in words', () => {
  expect(containerTrouble({ name: 'a', state: { running: {} } })).toBeUndefined();
  expect(
    containerTrouble({ name: 'a', state: { waiting: { reason: 'ContainerCreating' } } }),
  ).toBeUndefined();
  expect(
    containerTrouble({
      name: 'a',
      state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } },
    }),
  ).toBe('container a is waiting: ImagePullBackOff (no such image)');
  expect(
    containerTrouble({
      name: 'a',
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } },
    }),
  ).toBe('container a is waiting: CrashLoopBackOff; container a ended: OOMKilled, exit code 137');
  expect(
    containerTrouble({ name: 'a', state: { terminated: { reason: 'Completed', exitCode: 0 } } }),
  ).toBeUndefined();
});

test('a pod that finds no node says why', () => {
  const pod: any = {
    status: { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/2 nodes are available' }] },
  };
  expect(podTroubles(pod)).toEqual(['not scheduled: 0/2 nodes are available']);
});

test('events, containers and the last log line of a crashed one are gathered', async () => {
  const pod: any = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'n', uid: 'u' },
    status: {
      containerStatuses: [{ name: 'c', restartCount: 2, state: { waiting: { reason: 'CrashLoopBackOff' } } }],
    },
  };
  const asked: string[] = [];
  const cluster: any = {
    path: async () => '/pod',
    list: async (_v: string, kind: string, _n: string, query: any) => {
      if (kind === 'Pod') return [pod];
      return query.fieldSelector.includes('uid=d,') ? [{ reason: 'Failed', message: 'quota' }] : [];
    },
    connection: { text: async ({ path }: any) => (asked.push(path), 'first\nout of cheese\n') },
  };
  const object: any = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd', namespace: 'n', uid: 'd' },
    spec: { selector: { matchLabels: { app: 'x' } } },
  };
  expect(await diagnose(cluster, object)).toEqual([
    'Deployment d: Failed: quota',
    'pod p: container c is waiting: CrashLoopBackOff',
    'pod p: last log line of c: out of cheese',
  ]);
  expect(asked[0]).toContain('previous=true');
  expect(await diagnose({ list: async () => Promise.reject(new Error('gone')) } as any, object)).toEqual([]);
});
