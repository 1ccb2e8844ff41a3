import { networkFacts } from '../../components/network/facts';
import { networkPolicies, unknownNetwork } from '../../components/network/policies';
import { eksStandIns } from '../../settings/eks-schema';
import { existing, lab, read, refusal, stockPaths, type Sections } from './reading';

const nobody = { monitoring: { receivers: [] } };
const receivers = [{ name: 'on-call', url: 'https://pager.example.org:8443/x' }];
const users = { cluster: existing, paths: stockPaths, networkPolicies: { enabled: true } };

test('policies are on where a kind of cluster keeps them, and elsewhere where asked for', () => {
  const on = (sections: Sections, stack?: string) => read(sections, stack).networkPolicies.enabled;
  expect(on({})).toBe(false);
  expect(on({ networkPolicies: { enabled: true } })).toBe(true);
  expect(on({ ...nobody, cluster: { kind: 'k3d' } }, 'dev')).toBe(true);
  expect(on({ ...nobody, cluster: { kind: 'k3d' }, networkPolicies: { enabled: 'false' } }, 'dev')).toBe(
    false,
  );
  expect(on({ ...nobody, cluster: { kind: 'eks', ...eksStandIns } }, 'prod')).toBe(true);
  expect(on({ ...nobody, cluster: existing, paths: stockPaths })).toBe(false);
});

test('readers are refused where nobody is kept from reading', () => {
  const readers = ['grafana'];
  expect(refusal({ cluster: lab, networkPolicies: { readers } })).toMatch(
    /networkPolicies\.readers is \["?grafana"?\].*switch the policies on/s,
  );
  expect(
    refusal({
      ...users,
      networkPolicies: { enabled: true, readers },
      monitoring: { kind: 'existing', prometheus: 'watch/prometheus:9090', retention: '40d' },
    }),
  ).toMatch(/monitoring\.kind existing/);
  expect(refusal({ cluster: lab, networkPolicies: { enabled: true, readers: ['Not_One'] } })).toMatch(
    /the name of a namespace/,
  );
});

/** Policies of a stack that nobody here knows an address of, by name; rules in short. */
function policies(sections: Sections): Record<string, { egress: string[]; ingress: string[] }> {
  const settings = read(sections, 'own');
  const inShort = ({ peers, ports }: { peers: readonly object[]; ports: readonly { port?: number }[] }) => {
    const peer = /"kubernetes.io\/metadata.name":"([\w-]+)"|"cidr":"([^"]+)"/.exec(JSON.stringify(peers));
    return `${peer?.[1] ?? peer?.[2] ?? 'any'} ${ports.map(({ port }) => port ?? 'any').join()}`;
  };
  return Object.fromEntries(
    networkPolicies(networkFacts(settings), unknownNetwork, 'own').map(({ name, egress, ingress }) => [
      name,
      { egress: egress.map(inShort), ingress: ingress.map(inShort) },
    ]),
  );
}

test('somebody else’s Prometheus is pushed to and may scrape, and its namespace is left alone', () => {
  const found = policies({
    ...users,
    monitoring: { kind: 'existing', prometheus: 'watch/prometheus:9090', retention: '40d' },
  });
  expect(Object.keys(found)).toEqual(['injector', 'source', 'target', 'default-deny']);
  expect(found['injector']?.egress).toContain('watch any');
  expect(found['target']?.ingress).toContain('watch 9797');
});

test('without monitoring counts go to the port of their receiver, and nobody scrapes', () => {
  const otlp = { url: 'https://otlp.example.org/v1/metrics' };
  const found = policies({ ...users, monitoring: { kind: 'none', otlp } });
  expect(found['injector']?.egress).toContain('0.0.0.0/0 443');
  expect(found['target']?.ingress).toEqual(['continuous-load 9898,9999', 'continuous-load 9898']);
});

test('Alertmanager may call the ports of its receivers', () => {
  const found = policies({ ...users, monitoring: { receivers } });
  expect(found['alertmanager']?.egress).toEqual(
    expect.arrayContaining(['0.0.0.0/0 8443', 'kube-system 53,53']),
  );
  expect(found['prometheus-operator']?.egress).toEqual(['0.0.0.0/0 443,6443']);
});
