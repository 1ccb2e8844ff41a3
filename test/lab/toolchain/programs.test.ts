import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { families, familyOf, programNames, type ProgramName } from '../../../lab/toolchain/programs';

const modules = join(__dirname, '..', '..', '..', 'lab', 'toolchain');

test('the table is the wrapper modules and the module of our own extension', () => {
  const wrappers = readdirSync(modules).filter((name) => existsSync(join(modules, name, 'go.mod')));
  const directories = [...wrappers, '../../extension'];
  const used = new Set(Object.values(families).map(({ directory }) => directory));
  expect([...used].sort()).toEqual(directories.sort());
});

test('program names are unique', () => {
  expect(new Set(programNames).size).toBe(programNames.length);
  expect(familyOf('promtool')).toBe('prometheus');
  expect(() => familyOf('nonsense' as ProgramName)).toThrow(TypeError);
});

/** Which line of go.mod a displayed version must agree with, and how Prometheus 0.314.0 becomes 3.14.0. */
const pinned: [ProgramName, string, (moduleVersion: string) => string][] = [
  ['etcd', 'go.etcd.io/etcd/server/v3', (v) => v],
  ['kube', 'k8s.io/kubernetes', (v) => v],
  ['coredns', 'github.com/coredns/coredns', (v) => v],
  ['podinfo', 'github.com/stefanprodan/podinfo', (v) => `6.9 (${v.split('-').at(-1) ?? ''})`],
  ['k6', 'go.k6.io/k6/v2', (v) => v],
  ['prometheus', 'github.com/prometheus/prometheus', (v) => v.replace(/^0\.(\d)(\d\d)\./, '$1.$2.')],
  ['promtool', 'github.com/prometheus/prometheus', (v) => v.replace(/^0\.(\d)(\d\d)\./, '$1.$2.')],
  ['pulumi', 'github.com/pulumi/pulumi/pkg/v3', (v) => v],
  ['prometheus-operator', 'github.com/prometheus-operator/prometheus-operator', (v) => v],
  ['prometheus-config-reloader', 'github.com/prometheus-operator/prometheus-operator', (v) => v],
  ['crds', 'github.com/prometheus-operator/prometheus-operator', (v) => v],
  ['alertmanager', 'github.com/prometheus/alertmanager', (v) => v],
  ['pilot-discovery', 'istio.io/istio', (v) => `1.31-dev (${v.split('-').at(-1) ?? ''})`],
  ['pilot-agent', 'istio.io/istio', (v) => `1.31-dev (${v.split('-').at(-1) ?? ''})`],
  ['kube-state-metrics', 'k8s.io/kube-state-metrics/v2', (v) => v],
  ['k3d', 'github.com/k3d-io/k3d/v5', (v) => v],
  ['k3d-config', 'github.com/k3d-io/k3d/v5', (v) => v],
  ['helm', 'helm.sh/helm/v4', (v) => v],
  ['pulumi-language-yaml', 'github.com/pulumi/pulumi-yaml', (v) => v],
];

test.each(pinned)('the version of %s is the one its module is pinned to', (program, module, shown) => {
  const family = families[familyOf(program)];
  const text = readFileSync(join(modules, family.directory, 'go.mod'), 'utf8');
  const version = new RegExp(`^(?:require)?\\s+${module} v(\\S+)`, 'm').exec(text)?.[1] ?? 'nothing';
  expect(family.programs[program]?.version).toBe(shown(version));
});

test('every program but our own has its version tested here', () => {
  expect(pinned.map(([program]) => program).sort()).toEqual(
    programNames
      .filter((name) => !['lab-init', 'echo', 'node-prober', 'policy-enforcer'].includes(name))
      .sort(),
  );
});
