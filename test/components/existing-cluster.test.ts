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
  expect(inputs).toMatchObject({ context: 'gke_a_b_c', clusterIdentifier: 'theirs' });
  expect(inputs.kubeconfig).toBeUndefined();
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
