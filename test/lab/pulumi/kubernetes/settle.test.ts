import type { KubernetesObject } from '../../../../lab/pulumi/kubernetes/object';
import { settle } from '../../../../lab/pulumi/kubernetes/settle';
import { Unfinished } from '../../../../lab/pulumi/provider';
import { FakeCluster, operation } from './fake-cluster';

const service = (spec: object = {}, status?: object, annotations = {}): KubernetesObject =>
  ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'x', namespace: 'n', annotations },
    spec: { clusterIP: '10.0.0.1', selector: { app: 'x' }, ...spec },
    ...(status ? { status } : {}),
  }) as KubernetesObject;
const claim = (phase: string | undefined, spec: object = {}): KubernetesObject =>
  ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'x', namespace: 'n' },
    spec,
    ...(phase === undefined ? {} : { status: { phase } }),
  }) as KubernetesObject;
const slice = (...ready: (boolean | undefined)[]) => ({
  endpoints: ready.map((one) => ({ conditions: one === undefined ? {} : { ready: one } })),
});
const storageClass = (name: string, mode: string, isDefault = false) => ({
  metadata: { name, annotations: isDefault ? { 'storageclass.kubernetes.io/is-default-class': 'true' } : {} },
  volumeBindingMode: mode,
});

/** Waits for an object that stays as it is; gives the reason it is not ready by, or undefined. */
async function reason(object: KubernetesObject, lists = {}): Promise<string | undefined> {
  const { value } = operation(0.001);
  try {
    await settle(new FakeCluster([object], lists).cluster, value, object, object, 'm');
    return undefined;
  } catch (error) {
    if (!(error instanceof Unfinished)) throw error;
    expect(error.id).toBe('n/x');
    return error.reasons.filter((text) => !/^not ready after|no pod matches/.test(text)).join('; ');
  }
}

describe('a Service', () => {
  const none = 'waiting for an endpoint that is ready';
  test.each([
    ['no slices', [], none],
    ['a slice without endpoints', [slice()], none],
    ['only unready endpoints', [slice(false), slice(false)], none],
    ['one ready endpoint of several', [slice(false), slice(false, true)], undefined],
    ['an endpoint that does not tell (which counts as ready, by the API)', [slice(undefined)], undefined],
  ])('with %s', async (_name, slices, expected) => {
    expect(await reason(service(), { EndpointSlice: [slices] })).toBe(expected);
  });

  test('is asked for by its own slices in its own namespace', async () => {
    const fake = new FakeCluster([], { EndpointSlice: [[slice(true)]] });
    await settle(fake.cluster, operation().value, service(), service(), 'm');
    expect(fake.listed).toEqual(['n EndpointSlice kubernetes.io/service-name=x']);
  });

  test.each([
    ['without a selector', service({ selector: undefined })],
    ['with an empty selector', service({ selector: {} })],
    ['without an address', service({ clusterIP: 'None' })],
    ['that is a name', service({ type: 'ExternalName', selector: undefined })],
    ['that says so', service({}, undefined, { 'pulumi.com/skipAwait': 'true' })],
  ])('%s is not waited for', async (_name, object) => expect(await reason(object)).toBeUndefined());

  test('of a load balancer waits for the address first', async () => {
    const balanced = (ingress: object[]) => service({ type: 'LoadBalancer' }, { loadBalancer: { ingress } });
    const lists = { EndpointSlice: [[slice(true)]] };
    expect(await reason(balanced([]), lists)).toBe('waiting for the load balancer to give an address');
    expect(await reason(balanced([{ ip: '1.2.3.4' }]), lists)).toBeUndefined();
  });

  test('is waited for until an endpoint comes, and given as it is then', async () => {
    const later = service({ healthCheckNodePort: 3 });
    const fake = new FakeCluster([later], { EndpointSlice: [[], [slice(false)], [slice(true)]] });
    expect(await settle(fake.cluster, operation().value, service(), service(), 'm')).toBe(later);
    expect(fake.listed).toHaveLength(3);
  });

  test('that is deleted meanwhile, or given up by the user, is kept in the state with the reason', async () => {
    const gone = settle(new FakeCluster([undefined]).cluster, operation().value, service(), service(), 'm');
    await expect(gone).rejects.toThrow('deleted while it was waited for');
    const { value, cancel } = operation();
    const waiting = settle(new FakeCluster([service()]).cluster, value, service(), service(), 'm');
    setTimeout(() => cancel.abort(), 50);
    await expect(waiting).rejects.toMatchObject({
      id: 'n/x',
      reasons: ['cancelled', none, 'no pod matches the selector'],
    });
  });
});

describe('a claim', () => {
  const waiting = 'waiting to be bound';
  const lists = {
    StorageClass: [[storageClass('now', 'Immediate'), storageClass('later', 'WaitForFirstConsumer', true)]],
  };
  test.each([
    ['that is bound', claim('Bound'), undefined],
    ['that has lost its volume', claim('Lost'), 'the claim has lost its volume'],
    ['of a class that binds at once', claim('Pending', { storageClassName: 'now' }), waiting],
    ['of a class that waits for a pod', claim('Pending', { storageClassName: 'later' }), undefined],
    ['of the default class, which waits for a pod', claim('Pending'), undefined],
    ['of no class', claim('Pending', { storageClassName: '' }), waiting],
    ['of a class that is not there', claim('Pending', { storageClassName: 'none' }), waiting],
    ['that is new', claim(undefined, { storageClassName: 'now' }), waiting],
  ])('%s', async (_name, object, expected) => expect(await reason(object, lists)).toBe(expected));

  test('where there is no class at all', async () => expect(await reason(claim('Pending'))).toBe(waiting));
});
