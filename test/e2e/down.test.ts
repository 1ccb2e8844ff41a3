import { existsSync, readFileSync } from 'node:fs';
import { findLeftovers } from '../../lab/cluster/lab';
import { labPaths } from '../../lab/cluster/spec';
import {
  hostSnapshot,
  namespacesInUse,
  networkNamespaces,
  processesInLab,
  type HostSnapshot,
} from './support/host';
import { bareLab } from './suites';
import { resultFile, StackUnderTest } from './support/stack-under-test';
import { report, seconds } from './support/wait';

const stack = new StackUnderTest();

describe('down', () => {
  const before = JSON.parse(readFileSync(resultFile('host-before.json'), 'utf8')) as HostSnapshot;
  const lab = stack.lab;
  let namespaces: string[] = [];
  const added = (what: 'mounts' | 'cgroups' | 'listeners') =>
    hostSnapshot()[what].filter((one) => !before[what].includes(one) && !isAnotherLabs(one));
  // labs that somebody else made meanwhile are none of ours
  const isAnotherLabs = (place: string) => {
    const owner = /\/continuous-load\/(?:labs\/)?([^/]+)/.exec(place)?.[1];
    return (
      owner !== undefined && ![lab, labPaths(lab).cgroup, bareLab, labPaths(bareLab).cgroup].includes(owner)
    );
  };

  beforeAll(async () => {
    const pids = processesInLab(lab);
    expect(pids.length).toBeGreaterThan(20);
    namespaces = networkNamespaces(pids);
    expect(namespaces.length).toBeGreaterThan(2);
    const { tookMs, stdout } = await stack.down();
    report('down', seconds(tookMs));
    expect(stdout).toContain(`Stack ${stack.name} is down.`);
  }, 180_000);

  test('leaves no process', () => expect(processesInLab(lab)).toEqual([]));
  test('leaves no network namespace, and so no link, route or rule in one', () =>
    expect(namespacesInUse(namespaces)).toEqual([]));
  test('leaves no mount', () => expect(added('mounts')).toEqual([]));
  test('leaves no cgroup', () => expect(added('cgroups')).toEqual([]));
  test('leaves no file of the lab and no state of the stack', () => {
    expect(existsSync(labPaths(lab).root)).toBe(false);
    expect(existsSync(stack.stateFile())).toBe(false);
  });
  test('leaves nothing by its own account either', async () => expect(await findLeftovers(lab)).toEqual([]));
  test('leaves addresses, routes, rules, firewall and settings of the host as they were', () => {
    const { addresses, routes, rules, firewall, settings } = hostSnapshot();
    expect({ addresses, routes, rules, firewall }).toEqual({
      addresses: before.addresses,
      routes: before.routes,
      rules: before.rules,
      firewall: before.firewall,
    });
    expect(settings).toEqual(before.settings);
  });
  test('leaves no listener', () => {
    const ours = Object.values(stackPorts());
    expect(
      added('listeners').filter((listener) => ours.some((port) => listener.endsWith(`:${port}`))),
    ).toEqual([]);
  });
  test('a second down finds nothing to remove and says so', async () => {
    expect((await stack.down()).stdout).toContain(`There is nothing to remove of stack ${stack.name}.`);
  }, 60_000);
});

/** Ports that the stack asked for, from the record of its first up. */
function stackPorts(): Record<string, number> {
  return JSON.parse(readFileSync(resultFile('ports.json'), 'utf8')) as Record<string, number>;
}
