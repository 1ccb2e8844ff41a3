import { Eip } from '@pulumi/aws/ec2/eip';
import { InternetGateway } from '@pulumi/aws/ec2/internetGateway';
import { NatGateway } from '@pulumi/aws/ec2/natGateway';
import { Route } from '@pulumi/aws/ec2/route';
import { RouteTable } from '@pulumi/aws/ec2/routeTable';
import { RouteTableAssociation } from '@pulumi/aws/ec2/routeTableAssociation';
import { Subnet } from '@pulumi/aws/ec2/subnet';
import { Vpc } from '@pulumi/aws/ec2/vpc';
import { VpcEndpoint } from '@pulumi/aws/ec2/vpcEndpoint';
import * as pulumi from '@pulumi/pulumi';
import { formatCidr } from '../../../settings/cidr';
import type { EksClusterSettings } from '../../../settings/eks-schema';
import { defaultVpcCidr, planZones, type ZonePlan } from './subnets';

const everywhere = '0.0.0.0/0';

/** A VPC whose nodes have no address on the internet and reach it by NAT; nothing reaches them from there. */
export class EksNetwork extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  /** Subnets of the nodes, one in each zone. */
  readonly nodeSubnets: readonly pulumi.Output<string>[];
  /** What must be there before a node can pull an image. */
  readonly routes: readonly pulumi.Resource[];
  readonly #child: pulumi.CustomResourceOptions = { parent: this };

  constructor(name: string, cluster: EksClusterSettings, opts?: pulumi.ComponentResourceOptions) {
    super('continuous-load:index:EksNetwork', name, {}, opts);
    const child = this.#child;
    const zones = planZones(cluster);
    const tags = (part: string) => ({ tags: { Name: `${cluster.name}-${part}` } });
    const vpc = new Vpc(
      'vpc',
      {
        cidrBlock: formatCidr(cluster.vpc.cidr ?? defaultVpcCidr),
        // The private endpoint and the private zone of the gateway are names.
        enableDnsSupport: true,
        enableDnsHostnames: true,
        ...tags('vpc'),
      },
      child,
    );
    const gateway = new InternetGateway('internet', { vpcId: vpc.id, ...tags('internet') }, child);
    const outside = new RouteTable('outside', { vpcId: vpc.id, ...tags('outside') }, child);
    const toInternet = new Route(
      'outside',
      { routeTableId: outside.id, destinationCidrBlock: everywhere, gatewayId: gateway.id },
      child,
    );
    const nat = new Map(
      zones.map((plan) => [plan.letter, this.#outside(plan, vpc, outside, toInternet, tags)] as const),
    );
    const inside = zones.map((plan) => this.#nodes(plan, vpc, nat.get(plan.nat), tags));
    new VpcEndpoint(
      's3',
      {
        vpcId: vpc.id,
        serviceName: `com.amazonaws.${cluster.region}.s3`,
        vpcEndpointType: 'Gateway',
        // Layers of images in ECR lie in S3: by this they come free of charge, not through NAT.
        routeTableIds: inside.map(({ table }) => table.id),
        ...tags('s3'),
      },
      child,
    );
    this.vpcId = vpc.id;
    this.nodeSubnets = inside.map(({ subnet }) => subnet.id);
    this.routes = inside.flatMap(({ route, association }) => [route, association]);
    this.registerOutputs({});
  }

  /** The subnet of a zone that the internet reaches, and the NAT gateway in it, where the zone has one of its own. */
  #outside(
    { zone, letter, outside, nat }: ZonePlan,
    vpc: Vpc,
    table: RouteTable,
    route: Route,
    tags: (part: string) => { tags: Record<string, string> },
  ): NatGateway | undefined {
    const name = `outside-${letter}`;
    const subnet = new Subnet(
      name,
      { vpcId: vpc.id, availabilityZone: zone, cidrBlock: outside, ...tags(name) },
      this.#child,
    );
    const association = new RouteTableAssociation(
      name,
      { subnetId: subnet.id, routeTableId: table.id },
      this.#child,
    );
    if (nat !== letter) return undefined;
    const address = new Eip(`nat-${letter}`, { domain: 'vpc', ...tags(`nat-${letter}`) }, this.#child);
    return new NatGateway(
      `nat-${letter}`,
      { subnetId: subnet.id, allocationId: address.allocationId, ...tags(`nat-${letter}`) },
      { parent: this, dependsOn: [route, association] },
    );
  }

  #nodes(
    { zone, letter, nodes }: ZonePlan,
    vpc: Vpc,
    nat: NatGateway | undefined,
    tags: (part: string) => { tags: Record<string, string> },
  ) {
    const name = `nodes-${letter}`;
    const subnet = new Subnet(
      name,
      {
        vpcId: vpc.id,
        availabilityZone: zone,
        cidrBlock: nodes,
        // By this tag controllers of load balancers find where internal ones go, should the user bring one.
        tags: { ...tags(name).tags, 'kubernetes.io/role/internal-elb': '1' },
      },
      this.#child,
    );
    const table = new RouteTable(name, { vpcId: vpc.id, ...tags(name) }, this.#child);
    const association = new RouteTableAssociation(
      name,
      { subnetId: subnet.id, routeTableId: table.id },
      this.#child,
    );
    if (nat === undefined) throw new Error(`no NAT gateway for zone ${zone}`);
    const route = new Route(
      name,
      { routeTableId: table.id, destinationCidrBlock: everywhere, natGatewayId: nat.id },
      this.#child,
    );
    return { subnet, table, association, route };
  }
}
