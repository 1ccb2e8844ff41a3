import fc from 'fast-check';
import { labAddresses, labPaths, type LabSpec, mostNodes, specProblems } from '../../../lab/cluster/spec';

const spec: LabSpec = {
  name: 'lab',
  nodes: 2,
  apiPort: 16443,
  ports: { prometheus: { hostPort: 19090, nodePort: 30090 } },
};

describe('specProblems', () => {
  test('a right spec has none', () => expect(specProblems(spec)).toEqual([]));

  test.each<[string, Partial<LabSpec>, RegExp]>([
    ['a name with capitals', { name: 'Lab' }, /^name: 'Lab' must be/],
    ['a name that ends with a dash', { name: 'lab-' }, /^name/],
    ['a name that climbs out of the directory', { name: '../x' }, /^name/],
    ['no nodes', { nodes: 0 }, /^nodes: 0 must be a whole number from 1 to 5/],
    ['half a node', { nodes: 1.5 }, /^nodes/],
    ['too many nodes', { nodes: mostNodes + 1 }, /^nodes/],
    ['a privileged port', { apiPort: 443 }, /^port api: 443/],
    ['a port given twice', { apiPort: 19090 }, /^port prometheus: 19090 is already given to api/],
    ['a node port out of range', { ports: { x: { hostPort: 19000, nodePort: 80 } } }, /node port 80/],
  ])('%s is refused', (_, change, message) => {
    expect(specProblems({ ...spec, ...change })).toEqual([expect.stringMatching(message)]);
  });

  test('all problems come at once', () => {
    expect(specProblems({ ...spec, name: 'X', nodes: 9, apiPort: 1 })).toHaveLength(3);
  });
});

describe('labAddresses', () => {
  test('pods, services and nodes never overlap, and every address is inside its range', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 20 }), (name) => {
        const addresses = labAddresses(name);
        const second = (cidr: string) => Number(cidr.split('.')[1]);
        expect(second(addresses.serviceCidr)).toBe(second(addresses.podCidr) + 1);
        expect(second(addresses.serviceCidr)).toBeLessThan(256);
        const nodes = Array.from({ length: mostNodes }, (_, i) => addresses.node(i + 1));
        expect(new Set(nodes.map((node) => node.podCidr)).size).toBe(mostNodes);
        for (const node of nodes) {
          expect(second(node.podCidr)).toBe(second(addresses.podCidr));
          expect(node.address.split('.').slice(0, 3)).toEqual(addresses.controlPlane.split('.').slice(0, 3));
        }
      }),
    );
  });

  test('the same name gives the same addresses, another name others', () => {
    expect(labAddresses('lab').podCidr).toBe(labAddresses('lab').podCidr);
    expect(labAddresses('lab').podCidr).not.toBe(labAddresses('second').podCidr);
  });
});

test('labs of one name in two state directories share no cgroup', () => {
  const before = process.env['XDG_STATE_HOME'];
  process.env['XDG_STATE_HOME'] = '/tmp/one';
  const one = labPaths('lab').cgroup;
  process.env['XDG_STATE_HOME'] = '/tmp/two';
  const two = labPaths('lab').cgroup;
  if (before === undefined) delete process.env['XDG_STATE_HOME'];
  else process.env['XDG_STATE_HOME'] = before;
  expect(one).not.toBe(two);
});
