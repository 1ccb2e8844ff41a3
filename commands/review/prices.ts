import { at } from '../../policies/lib/data';
import type { PreviewedResource } from './events';

/** Something that AWS asks money for every hour. */
export interface Cost {
  readonly what: string;
  /** US dollars a month of 730 hours. */
  readonly usdPerMonth: number;
}

const hoursPerMonth = 730;

/**
 * List prices of eu-west-1 in US dollars, as remembered in November 2026 and not read from AWS: the same figures stand in docs/clusters.md, and a
 * test compares them. Machines by the hour, on demand.
 */
export const prices = {
  controlPlanePerHour: 0.1,
  machinePerHour: { 'm6i.large': 0.107, 'c6i.large': 0.091 } as Readonly<Record<string, number>>,
  natPerHour: 0.048,
  addressPerHour: 0.005,
  diskGigabytePerMonth: 0.088,
  loadBalancerPerMonth: 20,
} as const;

/**
 * What the resources of AWS of a stack cost, traffic, logs and keys left out; empty for a stack without any. A machine whose price is not
 * known is named with `NaN`.
 */
export function costsOfAws(resources: readonly PreviewedResource[]): readonly Cost[] {
  const there = resources.filter(({ operation }) => operation !== 'delete');
  const all = (type: string) => there.filter((resource) => resource.type === type);
  const monthly = (count: number, perHour: number) => count * perHour * hoursPerMonth;
  const clusters = all('aws:eks/cluster:Cluster').length;
  const nats = all('aws:ec2/natGateway:NatGateway').length;
  const addresses = all('aws:ec2/eip:Eip').length;
  const balancers = all('aws:lb/loadBalancer:LoadBalancer').length;
  const groups = all('aws:eks/nodeGroup:NodeGroup').map(({ inputs, urn }) => machines(urn, inputs, there));
  const nodes = groups.reduce((sum, { count }) => sum + count, 0);
  const disks = groups.reduce((sum, { count, gigabytes }) => sum + count * gigabytes, 0);
  return [
    { what: `${clusters} control plane`, usdPerMonth: monthly(clusters, prices.controlPlanePerHour) },
    ...groups.map(({ name, type, count }) => ({
      what: `${name}: ${count} × ${type}`,
      usdPerMonth: monthly(count, prices.machinePerHour[type] ?? Number.NaN),
    })),
    {
      what: `${nats} NAT, ${addresses} public addresses`,
      usdPerMonth: monthly(nats, prices.natPerHour) + monthly(addresses, prices.addressPerHour),
    },
    { what: `disks of ${nodes} nodes, ${disks} GB`, usdPerMonth: disks * prices.diskGigabytePerMonth },
    { what: `${balancers} load balancer`, usdPerMonth: balancers * prices.loadBalancerPerMonth },
  ].filter(({ usdPerMonth }) => usdPerMonth !== 0);
}

/** Machines of a node group; their type and disk stand in its launch template, known by its name. */
function machines(urn: string, inputs: unknown, resources: readonly PreviewedResource[]) {
  const name = urn.split('::').pop() ?? '';
  const template = resources.find(
    (one) => one.type === 'aws:ec2/launchTemplate:LaunchTemplate' && one.urn.endsWith(`::${name}`),
  )?.inputs;
  const desired = at(inputs, 'scalingConfig', 'desiredSize');
  const type = at(template, 'instanceType') ?? at(inputs, 'instanceTypes', 0);
  const gigabytes = at(template, 'blockDeviceMappings', 0, 'ebs', 'volumeSize');
  return {
    name,
    count: typeof desired === 'number' ? desired : 0,
    type: typeof type === 'string' ? type : 'machine of a type that is not known yet',
    gigabytes: typeof gigabytes === 'number' ? gigabytes : 0,
  };
}
