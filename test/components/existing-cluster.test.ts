import { readKubeconfig } from '../../lab/pulumi/kubernetes/connection';
import { ExistingCluster, podKubeconfig } from '../../components/cluster/existing-cluster';
import { deploy, plain } from '../deploy';
import { read, refusal } from '../settings/reading';

const nobody = {
  monitoring: { receivers: [] },
  images: { k6: 'example.org/k6:1', echo: 'example.org/echo:1' },
};
const at = (fields: object) => ({ ...nobody, cluster: { kind: 'existing', ...fields } });

/** Inputs of the provider by which the cluster is reached. */
async function provider(fields: object) {
  const { cluster } = read(at(fields), 'theirs');
  if (cluster.kind !== 'existing') throw new Error(cluster.kind);
  const { resources } = await deploy(() => ({ made: new ExistingCluster('theirs', cluster) }));
  return plain(resources.find(({ type }) => type === 'pulumi:providers:kubernetes')?.inputs);
}

test('a context is one of the kubeconfig of whoever runs it', async () => {
  const inputs = await provider({ context: 'gke_a_b_c' });
  expect(inputs).toMatchObject({ context: 'gke_a_b_c', clusterIdentifier: 'gke_a_b_c' });
  expect(inputs.kubeconfig).toBeUndefined();
});

const kubeconfig = (server: string, ...contexts: string[]) =>
  JSON.stringify({
    clusters: [
      { name: 'other', cluster: { server: 'https://other.example.org' } },
      { name: 'meant', cluster: { server } },
    ],
    contexts: ['other', ...contexts].map((name) => ({
      name,
      context: { cluster: name === 'other' ? 'other' : 'meant', user: 'me' },
    })),
    'current-context': contexts[0],
  });

test.each<[what: string, one: object, two: object, same: boolean]>([
  ['another name of the same context', { name: 'a1', context: 'c' }, { name: 'b1', context: 'c' }, true],
  ['another name from within', { name: 'a1', inCluster: true }, { name: 'b1', inCluster: true }, true],
  ['another context', { context: 'c' }, { context: 'd' }, false],
  [
    'another context for the same server',
    { kubeconfig: kubeconfig('https://a.example.org', 'c') },
    { kubeconfig: kubeconfig('https://a.example.org', 'd', 'c'), context: 'd' },
    true,
  ],
  [
    'another server by the same context',
    { kubeconfig: kubeconfig('https://a.example.org', 'c'), context: 'c' },
    { kubeconfig: kubeconfig('https://b.example.org', 'c'), context: 'c' },
    false,
  ],
  [
    'another place of the kubeconfig',
    { kubeconfig: '/one', context: 'c' },
    { kubeconfig: '/two', context: 'c' },
    true,
  ],
  ['nothing but another name', { name: 'a1', kubeconfig: '/one' }, { name: 'b1', kubeconfig: '/one' }, false],
  [
    'a kubeconfig that says no server',
    { name: 'a1', kubeconfig: '{ contexts: [{ name: c }] }' },
    { name: 'b1', kubeconfig: '{ contexts: [{ name: c }] }' },
    false,
  ],
])('%s: the same cluster, or another', async (_, one, two, same) => {
  const [a, b] = [await provider(one), await provider(two)];
  expect(a.clusterIdentifier === b.clusterIdentifier).toBe(same);
});

test('a cluster that is called otherwise is reached by the same provider', async () => {
  const urns = async (name: string) => {
    const { cluster } = read(at({ name, context: 'c' }), name);
    if (cluster.kind !== 'existing') throw new Error(cluster.kind);
    const { resources } = await deploy(() => ({ made: new ExistingCluster(name, cluster) }));
    return resources.filter(({ type }) => type === 'pulumi:providers:kubernetes');
  };
  const [[one], [two]] = [await urns('one'), await urns('two')];
  expect(one?.urn).toBe(two?.urn);
  // and one of an older program, by its name
  expect(two?.aliases).toEqual([one?.urn.replace(/::existing$/, '::two')]);
});

test('from within, it is reached by the files of the pod, whatever kubeconfig lies around', async () => {
  const inputs = await provider({ inCluster: true });
  expect(inputs.context).toBeUndefined();
  expect(inputs.kubeconfig).toBe(podKubeconfig('theirs'));
  const config = readKubeconfig(inputs);
  expect(config.getCurrentCluster()).toMatchObject({
    server: 'https://kubernetes.default.svc',
    caFile: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
    skipTLSVerify: false,
  });
  // A token that is read anew, as it is short-lived.
  expect(config.getCurrentUser()).toEqual({
    name: 'theirs',
    authProvider: {
      name: 'tokenFile',
      config: { tokenFile: '/var/run/secrets/kubernetes.io/serviceaccount/token' },
    },
  });
});

test('one way must be said, and only one', () => {
  expect(refusal(at({}), 'theirs')).toMatch(/cluster\.context is missing.*cluster\.inCluster/);
  expect(refusal(at({ inCluster: false }), 'theirs')).toMatch(/cluster\.context is missing/);
  for (const both of [{ context: 'x' }, { kubeconfig: '/home/me/config' }])
    expect(refusal(at({ inCluster: true, ...both }), 'theirs')).toMatch(
      /^1 mistake [^]*cluster\.inCluster is true; [^]*keep one/,
    );
});
