import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { stringify } from 'yaml';
import { KubernetesProvider } from '../../../../lab/pulumi/kubernetes/kubernetes-provider';
import type { Properties } from '../../../../lab/pulumi/values';
import { operation } from './fake-cluster';

const object = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x', namespace: 'n' } };
const state = { inputs: object as Properties, outputs: object as Properties };

const kubeconfig = (server: string) =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    // client-node refuses plain HTTP without it
    clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: {} }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });

/** Nobody listens on port 1 (tcpmux, RFC 1078) of the loopback. */
const nowhere = 'http://127.0.0.1:1';

async function provider(settings: Properties, server = nowhere): Promise<KubernetesProvider> {
  const configured = new KubernetesProvider();
  await configured.configure({ kubeconfig: kubeconfig(server), ...settings });
  return configured;
}

/** An API server that gives one answer to everything but the question for its version; resolves its URL. */
async function answering(code: number, test: (url: string) => Promise<void>): Promise<void> {
  const server = http.createServer((request, response) => {
    response.statusCode = request.url === '/version' ? 200 : code;
    response.end(
      JSON.stringify({ message: 'no', resources: [{ kind: 'Service', name: 'services', namespaced: true }] }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await test(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('a cluster that cannot be reached', () => {
  test('by default keeps what is in the state: delete and refresh fail and say what to do', async () => {
    const { value, warned } = operation();
    const kubernetes = await provider({});
    await expect(kubernetes.delete(value, state)).rejects.toThrow(
      /127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED/,
    );
    await expect(kubernetes.read(value, state)).rejects.toThrow(/set `deleteUnreachable` on the provider/);
    expect(warned).toEqual([]);
  });

  test.each([true, 'true'])(
    'with deleteUnreachable %p drops objects from the state, and warns',
    async (on) => {
      const { value, warned } = operation();
      const kubernetes = await provider({ deleteUnreachable: on });
      await kubernetes.delete(value, state);
      expect(await kubernetes.read(value, state)).toBeUndefined();
      expect(warned).toEqual([
        expect.stringMatching(/^Service n\/x is dropped from the state only: .*cannot be reached/),
        expect.stringMatching(/^dropped from the state: .*cannot be reached/),
      ]);
    },
  );

  test('with skipUpdateUnreachable keeps the state on refresh; it says nothing of deletion', async () => {
    const { value, warned } = operation();
    const kubernetes = await provider({ skipUpdateUnreachable: true });
    expect(await kubernetes.read(value, state)).toBe(state);
    expect(warned).toEqual([expect.stringMatching(/^kept as it was/)]);
    await expect(kubernetes.delete(value, state)).rejects.toThrow(/cannot be reached/);
  });
});

test('an API server that answers "no" is reached: deleteUnreachable drops nothing then', async () => {
  await answering(403, async (url) => {
    const { value, warned } = operation();
    const kubernetes = await provider({ deleteUnreachable: true }, url);
    await expect(kubernetes.delete(value, state)).rejects.toThrow('no');
    await expect(kubernetes.read(value, state)).rejects.toThrow('no');
    expect(warned).toEqual([]);
  });
});
