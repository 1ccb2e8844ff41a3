import { Attachment } from '@pulumi/aws/autoscaling/attachment';
import { SecurityGroup } from '@pulumi/aws/ec2/securityGroup';
import { Listener } from '@pulumi/aws/lb/listener';
import { LoadBalancer } from '@pulumi/aws/lb/loadBalancer';
import { TargetGroup } from '@pulumi/aws/lb/targetGroup';
import { Record as DnsRecord } from '@pulumi/aws/route53/record';
import { Zone } from '@pulumi/aws/route53/zone';
import { SecurityGroupEgressRule } from '@pulumi/aws/vpc/securityGroupEgressRule';
import { SecurityGroupIngressRule } from '@pulumi/aws/vpc/securityGroupIngressRule';
import * as pulumi from '@pulumi/pulumi';
import { gatewayPort } from '../../../signals/targets';

/** Name by which clients in the VPC reach the gateway; fixed, since the load balancer's own is known only once it is there. */
export function gatewayName(cluster: string): { readonly zone: string; readonly host: string } {
  const zone = `${cluster}.continuous-load.internal`;
  return { zone, host: `gateway.${zone}` };
}

/** Arguments of {@link EksLoadBalancer}. */
export interface EksLoadBalancerArgs {
  readonly clusterName: string;
  readonly vpcId: pulumi.Input<string>;
  readonly subnets: readonly pulumi.Input<string>[];
  /** Group that all nodes are in. */
  readonly nodeSecurityGroup: pulumi.Input<string>;
  /** Name of the group of machines behind it. */
  readonly autoscalingGroup: pulumi.Input<string>;
  /** Port of every node behind which the gateway is. */
  readonly nodePort: number;
}

/** A network load balancer inside the VPC, in front of the gateway's NodePort on every worker, under a name of its own. */
export class EksLoadBalancer extends pulumi.ComponentResource {
  /** `HOST:PORT` by which a client outside the cluster reaches the gateway. */
  readonly address: string;

  constructor(name: string, args: EksLoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super('continuous-load:index:EksLoadBalancer', name, {}, opts);
    const { clusterName, vpcId, subnets, nodePort, autoscalingGroup } = args;
    const child = { parent: this };
    const guard = new SecurityGroup(
      'gateway',
      {
        name: `${clusterName}-gateway`,
        description: 'The gateway of continuous-load: from the nodes of its cluster only',
        vpcId,
      },
      child,
    );
    const rules = this.#rules(guard, args);
    const balancer = new LoadBalancer(
      'gateway',
      {
        name: `${clusterName}-gateway`,
        loadBalancerType: 'network',
        internal: true,
        subnets: [...subnets],
        securityGroups: [guard.id],
        // A zone without a worker is served by the others.
        enableCrossZoneLoadBalancing: true,
      },
      child,
    );
    const targets = new TargetGroup(
      'gateway',
      {
        name: `${clusterName}-gateway`,
        vpcId,
        targetType: 'instance',
        protocol: 'TCP',
        port: nodePort,
        // Else a client and a gateway on one node cannot talk: the answer would not go back through the load balancer.
        preserveClientIp: 'false',
        deregistrationDelay: 30,
        healthCheck: { protocol: 'TCP', interval: 10, healthyThreshold: 2, unhealthyThreshold: 2 },
      },
      child,
    );
    new Attachment(
      'gateway',
      { autoscalingGroupName: autoscalingGroup, lbTargetGroupArn: targets.arn },
      child,
    );
    new Listener(
      'gateway',
      {
        loadBalancerArn: balancer.arn,
        protocol: 'TCP',
        port: gatewayPort,
        defaultActions: [{ type: 'forward', targetGroupArn: targets.arn }],
      },
      { ...child, dependsOn: rules },
    );
    const { zone: zoneName, host } = gatewayName(clusterName);
    const zone = new Zone('gateway', { name: zoneName, vpcs: [{ vpcId }] }, child);
    new DnsRecord(
      'gateway',
      {
        zoneId: zone.zoneId,
        name: host,
        type: 'A',
        aliases: [{ name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: false }],
      },
      child,
    );
    this.address = `${host}:${gatewayPort}`;
    this.registerOutputs({});
  }

  /** From nodes to the load balancer, and from it to the NodePort of nodes; nothing else. */
  #rules(guard: SecurityGroup, { nodeSecurityGroup, nodePort }: EksLoadBalancerArgs): pulumi.Resource[] {
    const tcp = (port: number) => ({ ipProtocol: 'tcp', fromPort: port, toPort: port });
    return [
      new SecurityGroupIngressRule(
        'from-nodes',
        { securityGroupId: guard.id, referencedSecurityGroupId: nodeSecurityGroup, ...tcp(gatewayPort) },
        { parent: this },
      ),
      new SecurityGroupEgressRule(
        'to-nodes',
        { securityGroupId: guard.id, referencedSecurityGroupId: nodeSecurityGroup, ...tcp(nodePort) },
        { parent: this },
      ),
      new SecurityGroupIngressRule(
        'nodes-from-gateway',
        { securityGroupId: nodeSecurityGroup, referencedSecurityGroupId: guard.id, ...tcp(nodePort) },
        { parent: this },
      ),
    ];
  }
}
