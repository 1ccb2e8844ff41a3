import * as pulumi from '@pulumi/pulumi';
import { program } from '../../program';
import { deploy, encodeConfig, isSecret, plain, stackConfig, valueOf, type Registered } from '../deploy';
import { crdFixture } from './crd-fixture';

let mockPlace = crdFixture();
const fixture = mockPlace;
jest.mock('../../lab/toolchain/published-definitions', () => ({
  publishedOperatorCrds: () => mockPlace,
  publishedGatewayCrds: () => mockPlace,
}));
beforeEach(() => (mockPlace = fixture));

const account = '123456789012';
const ownersPart = {
  cluster: { account, publicCidrs: ['198.51.100.7/32'] },
  monitoring: { receivers: [{ name: 'on-call', url: 'https://pager.example.org/' }] },
};

/** Deploys stack prod with sections merged into its config. */
async function prod(sections: Record<string, object> = {}) {
  const config = stackConfig('prod');
  const merge = (change: Record<string, object>) => {
    for (const [name, section] of Object.entries(change)) {
      const key = `continuous-load:${name}`;
      config[key] = JSON.stringify({ ...JSON.parse(config[key] ?? '{}'), ...section });
    }
  };
  merge(ownersPart);
  merge(sections);
  pulumi.runtime.setAllConfig(encodeConfig(config));
  return deploy(program, { stack: 'prod' });
}

/** One resource by the end of its type and its name. */
function one(resources: Registered[], type: string, name: string): Registered {
  const found = resources.filter((it) => it.type.endsWith(type) && it.name === name);
  if (found.length !== 1) throw new Error(`${found.length} of ${type} ${name}`);
  return found[0]!;
}

const ofType = (resources: Registered[], type: RegExp) => resources.filter((it) => type.test(it.type));
const pod = (resources: Registered[], name: string) =>
  plain(one(resources, 'apps/v1:Deployment', name).inputs).spec.template.spec;

describe('stack prod', () => {
  let resources: Registered[];
  let outputs: Awaited<ReturnType<typeof prod>>['outputs'];
  beforeAll(async () => ({ resources, outputs } = await prod()));

  /** Every property that matters: type, name, and what the inputs must hold. */
  const expected: [type: string, name: string, inputs: object][] = [
    [
      'providers:aws',
      'aws',
      {
        region: 'eu-west-1',
        allowedAccountIds: JSON.stringify([account]),
        defaultTags: JSON.stringify({ tags: { 'continuous-load/cluster': 'prod' } }),
      },
    ],
    ['ec2/vpc:Vpc', 'vpc', { cidrBlock: '10.40.0.0/16', enableDnsSupport: true, enableDnsHostnames: true }],
    ['ec2/subnet:Subnet', 'nodes-a', { availabilityZone: 'eu-west-1a', cidrBlock: '10.40.0.0/19' }],
    ['ec2/subnet:Subnet', 'nodes-c', { availabilityZone: 'eu-west-1c', cidrBlock: '10.40.64.0/19' }],
    ['ec2/subnet:Subnet', 'outside-b', { availabilityZone: 'eu-west-1b', cidrBlock: '10.40.225.0/24' }],
    ['ec2/route:Route', 'outside', { destinationCidrBlock: '0.0.0.0/0', gatewayId: 'internet-id' }],
    ['ec2/route:Route', 'nodes-b', { destinationCidrBlock: '0.0.0.0/0', natGatewayId: 'nat-b-id' }],
    ['ec2/natGateway:NatGateway', 'nat-b', { subnetId: 'outside-b-id', allocationId: 'nat-b-allocation' }],
    ['ec2/eip:Eip', 'nat-b', { domain: 'vpc' }],
    [
      'ec2/vpcEndpoint:VpcEndpoint',
      's3',
      {
        serviceName: 'com.amazonaws.eu-west-1.s3',
        vpcEndpointType: 'Gateway',
        routeTableIds: ['nodes-a-id', 'nodes-b-id', 'nodes-c-id'],
      },
    ],
    [
      'eks/cluster:Cluster',
      'prod',
      {
        name: 'prod',
        version: '1.35',
        roleArn: 'arn:aws:mock::control-plane',
        vpcConfig: {
          subnetIds: ['nodes-a-id', 'nodes-b-id', 'nodes-c-id'],
          endpointPrivateAccess: true,
          endpointPublicAccess: true,
          publicAccessCidrs: ['198.51.100.7/32'],
        },
        accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: true },
        encryptionConfig: { resources: ['secrets'], provider: { keyArn: 'arn:aws:mock::secrets' } },
        enabledClusterLogTypes: ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'],
        upgradePolicy: { supportType: 'STANDARD' },
        bootstrapSelfManagedAddons: false,
        deletionProtection: true,
      },
    ],
    ['kms/key:Key', 'secrets', { enableKeyRotation: true, deletionWindowInDays: 30 }],
    ['kms/alias:Alias', 'secrets', { name: 'alias/eks/prod', targetKeyId: 'secrets-key' }],
    ['cloudwatch/logGroup:LogGroup', 'logs', { name: '/aws/eks/prod/cluster', retentionInDays: 30 }],
    [
      'eks/nodeGroup:NodeGroup',
      'workers',
      {
        clusterName: 'prod',
        version: '1.35',
        amiType: 'AL2023_x86_64_STANDARD',
        capacityType: 'ON_DEMAND',
        subnetIds: ['nodes-a-id', 'nodes-b-id', 'nodes-c-id'],
        scalingConfig: { minSize: 3, desiredSize: 3, maxSize: 3 },
        updateConfig: { maxUnavailable: 1 },
        launchTemplate: { id: 'workers-id', version: '7' },
        nodeRepairConfig: { enabled: true },
        labels: { 'continuous-load/nodes': 'workers' },
      },
    ],
    [
      'eks/nodeGroup:NodeGroup',
      'injectors',
      {
        subnetIds: ['nodes-a-id', 'nodes-b-id', 'nodes-c-id'],
        labels: { 'continuous-load/nodes': 'injectors' },
        taints: [{ key: 'continuous-load/nodes', value: 'injectors', effect: 'NO_SCHEDULE' }],
      },
    ],
    [
      'ec2/launchTemplate:LaunchTemplate',
      'workers',
      {
        instanceType: 'm6i.large',
        metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
        blockDeviceMappings: [
          {
            deviceName: '/dev/xvda',
            ebs: { volumeSize: 50, volumeType: 'gp3', encrypted: 'true', deleteOnTermination: 'true' },
          },
        ],
      },
    ],
    ['ec2/launchTemplate:LaunchTemplate', 'injectors', { instanceType: 'c6i.large' }],
    [
      'eks/addon:Addon',
      'vpc-cni',
      {
        addonName: 'vpc-cni',
        podIdentityAssociations: [{ serviceAccount: 'aws-node', roleArn: 'arn:aws:mock::vpc-cni' }],
        resolveConflictsOnCreate: 'OVERWRITE',
        preserve: false,
      },
    ],
    [
      'eks/addon:Addon',
      'aws-ebs-csi-driver',
      {
        podIdentityAssociations: [
          { serviceAccount: 'ebs-csi-controller-sa', roleArn: 'arn:aws:mock::aws-ebs-csi-driver' },
        ],
        configurationValues: JSON.stringify({
          controller: { extraVolumeTags: { 'continuous-load/cluster': 'prod' } },
        }),
      },
    ],
    ['eks/addon:Addon', 'coredns', { addonName: 'coredns' }],
    ['eks/addon:Addon', 'kube-proxy', { addonName: 'kube-proxy' }],
    ['eks/addon:Addon', 'eks-pod-identity-agent', { addonName: 'eks-pod-identity-agent' }],
    [
      'ecr/repository:Repository',
      'k6',
      {
        name: 'prod/continuous-load/k6',
        imageScanningConfiguration: { scanOnPush: true },
        forceDelete: true,
      },
    ],
    [
      'storage.k8s.io/v1:StorageClass',
      'volumes',
      {
        provisioner: 'ebs.csi.aws.com',
        parameters: { type: 'gp3', encrypted: 'true' },
        volumeBindingMode: 'WaitForFirstConsumer',
      },
    ],
  ];

  test.each(expected)('%s %s', (type, name, inputs) => {
    expect(plain(one(resources, type, name).inputs)).toMatchObject(inputs);
  });

  test('the workers have no taint, and no machine has an address on the internet or a key for a shell', () => {
    expect(one(resources, ':NodeGroup', 'workers').inputs.taints).toBeUndefined();
    for (const { inputs } of ofType(resources, /:NodeGroup$/)) expect(inputs.remoteAccess).toBeUndefined();
    const subnets = ofType(resources, /:Subnet$/);
    expect(subnets).toHaveLength(6);
    for (const { inputs } of subnets) expect(inputs.mapPublicIpOnLaunch).toBeUndefined();
  });

  test('roles have the policies that they need, and a pod gets its own by pod identity', () => {
    const policies = ofType(resources, /:RolePolicyAttachment$/).map(({ inputs }) => [
      inputs.role,
      inputs.policyArn,
    ]);
    const aws = 'arn:aws:iam::aws:policy';
    const given = Object.fromEntries(
      ofType(resources, /:Role$/).map(({ name, inputs }) => [name, inputs.name]),
    );
    expect(given).toEqual({
      'control-plane': 'prod-eu-west-1-control-plane',
      nodes: 'prod-eu-west-1-nodes',
      'vpc-cni': 'prod-eu-west-1-vpc-cni',
      'aws-ebs-csi-driver': 'prod-eu-west-1-aws-ebs-csi-driver',
    });
    expect(policies.sort()).toEqual([
      ['prod-eu-west-1-aws-ebs-csi-driver', `${aws}/service-role/AmazonEBSCSIDriverPolicy`],
      ['prod-eu-west-1-control-plane', `${aws}/AmazonEKSClusterPolicy`],
      ['prod-eu-west-1-nodes', `${aws}/AmazonEC2ContainerRegistryPullOnly`],
      ['prod-eu-west-1-nodes', `${aws}/AmazonEKSWorkerNodePolicy`],
      ['prod-eu-west-1-vpc-cni', `${aws}/AmazonEKS_CNI_Policy`],
    ]);
    const trust = (name: string) =>
      JSON.parse(one(resources, 'iam/role:Role', name).inputs.assumeRolePolicy).Statement[0];
    expect(trust('nodes')).toMatchObject({ Principal: { Service: 'ec2.amazonaws.com' } });
    expect(trust('vpc-cni')).toMatchObject({
      Principal: { Service: 'pods.eks.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
    });
    const [encrypt] = ofType(resources, /iam\/rolePolicy:RolePolicy$/);
    expect(JSON.parse(encrypt?.inputs.policy).Statement).toEqual([
      {
        Effect: 'Allow',
        Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ListGrants', 'kms:DescribeKey'],
        Resource: ['arn:aws:mock::secrets'],
      },
    ]);
  });

  test('everything of AWS is made by the provider that knows the one account', () => {
    const provider = one(resources, 'providers:aws', 'aws').urn;
    const made = ofType(resources, /^aws:/);
    expect(made.length).toBeGreaterThan(50);
    expect(made.filter((it) => !it.provider.startsWith(`${provider}::`)).map(({ urn }) => urn)).toEqual([]);
  });

  test('what a node needs is there before it, and what needs nodes comes after them', () => {
    const urn = (type: string, name: string) => one(resources, type, name).urn;
    for (const group of ['workers', 'injectors'])
      expect(one(resources, ':NodeGroup', group).dependencies).toEqual(
        expect.arrayContaining([
          urn(':Addon', 'vpc-cni'),
          urn(':Addon', 'kube-proxy'),
          urn(':Addon', 'eks-pod-identity-agent'),
          urn(':RolePolicyAttachment', 'nodes-AmazonEKSWorkerNodePolicy'),
          urn('ec2/route:Route', 'nodes-a'),
        ]),
      );
    expect(one(resources, ':Addon', 'vpc-cni').dependencies).not.toContain(urn(':NodeGroup', 'workers'));
    for (const addon of ['coredns', 'aws-ebs-csi-driver'])
      expect(one(resources, ':Addon', addon).dependencies).toContain(urn(':NodeGroup', 'workers'));
    expect(one(resources, 'providers:kubernetes', 'prod').dependencies).toEqual(
      expect.arrayContaining([urn(':Addon', 'coredns'), urn(':NodeGroup', 'injectors')]),
    );
    expect(one(resources, 'eks/cluster:Cluster', 'prod').dependencies).toEqual(
      expect.arrayContaining([urn(':LogGroup', 'logs'), urn('iam/rolePolicy:RolePolicy', 'encrypt-secrets')]),
    );
  });

  test('the injectors run on nodes of their own, and nothing else does', () => {
    expect(pod(resources, 'injector')).toMatchObject({
      nodeSelector: { 'continuous-load/nodes': 'injectors' },
      tolerations: [
        { key: 'continuous-load/nodes', operator: 'Equal', value: 'injectors', effect: 'NoSchedule' },
      ],
    });
    for (const name of ['source', 'target', 'echo', 'prometheus-operator']) {
      expect(pod(resources, name).tolerations).toBeUndefined();
      expect(pod(resources, name).nodeSelector).toBeUndefined();
    }
  });

  test('images that nobody publishes are built for the nodes and kept in ECR', () => {
    const registry = `${account}.dkr.ecr.eu-west-1.amazonaws.com`;
    const built = ofType(resources, /^docker-build:index:Image$/);
    expect(built.map(({ name }) => name).sort()).toEqual(['echo', 'k6']);
    for (const { name, inputs, dependencies } of built) {
      expect(inputs.builder).toBeUndefined();
      expect(plain(inputs)).toMatchObject({
        platforms: ['linux/amd64'],
        tags: [
          expect.stringMatching(new RegExp(`^${registry}/prod/continuous-load/${name}:[0-9a-f]{12}-amd64$`)),
        ],
        registries: [{ address: registry, username: 'AWS', password: 'token-of-ecr' }],
      });
      expect(isSecret(inputs.registries[0].password)).toBe(true);
      expect(dependencies).toContain(one(resources, 'ecr/repository:Repository', name).urn);
    }
    expect(pod(resources, 'injector').containers[0].image).toMatch(
      new RegExp(`^${registry}/prod/continuous-load/k6:.+@sha256:`),
    );
    const lifecycle = JSON.parse(one(resources, ':LifecyclePolicy', 'k6').inputs.policy);
    expect(lifecycle.rules[0].selection).toEqual({
      tagStatus: 'any',
      countType: 'imageCountMoreThan',
      countNumber: 30,
    });
  });

  test('what is in the cluster goes with it, and is not forgotten when the cluster is out of reach', () => {
    const cluster = one(resources, 'eks/cluster:Cluster', 'prod').urn;
    const inside = ofType(resources, /^kubernetes:/);
    expect(inside.length).toBeGreaterThan(35);
    expect(inside.filter(({ deletedWith }) => deletedWith !== cluster).map(({ urn }) => urn)).toEqual([]);
    const { inputs } = one(resources, 'providers:kubernetes', 'prod');
    expect(inputs).toMatchObject({
      clusterIdentifier: '123456789012:eu-west-1:prod',
      upsertExistingObjects: 'true',
    });
    expect(inputs.deleteUnreachable).toBeUndefined();
  });

  test('the kubeconfig is secret, holds no credential, and asks the AWS CLI for a token', async () => {
    const { inputs } = one(resources, 'providers:kubernetes', 'prod');
    expect(isSecret(inputs.kubeconfig)).toBe(true);
    expect(await pulumi.isSecret(outputs.kubeconfig)).toBe(true);
    const kubeconfig = JSON.parse(plain(inputs.kubeconfig));
    expect(kubeconfig.clusters[0].cluster).toEqual({
      server: 'https://0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com',
      'certificate-authority-data': 'Q0E=',
    });
    expect(kubeconfig.users[0].user).toEqual({
      exec: {
        apiVersion: 'client.authentication.k8s.io/v1beta1',
        command: 'aws',
        args: ['--region', 'eu-west-1', 'eks', 'get-token', '--cluster-name', 'prod', '--output', 'json'],
        interactiveMode: 'IfAvailable',
      },
    });
    expect(kubeconfig['current-context']).toBe(kubeconfig.contexts[0].name);
    expect(outputs.cluster).toEqual({ kind: 'eks', name: 'prod' });
    expect(await valueOf(outputs.urls)).toEqual({});
  });

  test('it brings the operator’s definitions and volumes along, and exposes nothing', () => {
    expect(ofType(resources, /:CustomResourceDefinition$/)).toHaveLength(7);
    expect(
      ofType(resources, /^kubernetes:core\/v1:Service$/).filter(
        ({ inputs }) => inputs.spec.type === 'NodePort',
      ),
    ).toEqual([]);
    const [prometheus] = ofType(resources, /^kubernetes:.*:Prometheus$/);
    expect(JSON.stringify(prometheus?.inputs)).toContain('"storageClassName":"continuous-load-gp3"');
    expect(ofType(resources, /^aws:(lb|route53|autoscaling)/)).toEqual([]);
  });
});

describe('choices', () => {
  test('one NAT gateway for all zones', async () => {
    const { resources } = await prod({ cluster: { ...ownersPart.cluster, vpc: { nat: 'single' } } });
    expect(ofType(resources, /:NatGateway$/).map(({ name }) => name)).toEqual(['nat-a']);
    expect(ofType(resources, /:Eip$/)).toHaveLength(1);
    for (const letter of ['a', 'b', 'c'])
      expect(one(resources, 'ec2/route:Route', `nodes-${letter}`).inputs.natGatewayId).toBe('nat-a-id');
  });

  test('a VPC that is there: nothing of EC2 but machines is made', async () => {
    const privateSubnets = ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'];
    const { resources } = await prod({
      cluster: {
        ...ownersPart.cluster,
        vpc: { id: 'vpc-0123456789abcdef0', privateSubnets },
        publicCidrs: [],
        kmsKey: 'arn:aws:kms:eu-west-1:123456789012:key/0123-abcd',
        deletionProtection: false,
        admins: ['arn:aws:iam::123456789012:role/platform'],
        tags: { owner: 'platform' },
        addonVersions: { coredns: 'v1.12.1-eksbuild.2' },
        controlPlaneLogs: ['audit'],
      },
      paths: { ingress: { enabled: true } },
    });
    expect([...new Set(ofType(resources, /^aws:ec2/).map(({ type }) => type))].sort()).toEqual([
      'aws:ec2/launchTemplate:LaunchTemplate',
      'aws:ec2/securityGroup:SecurityGroup',
    ]);
    expect(ofType(resources, /^aws:kms/)).toEqual([]);
    const cluster = one(resources, 'eks/cluster:Cluster', 'prod').inputs;
    expect(cluster.vpcConfig).toEqual({
      subnetIds: privateSubnets,
      endpointPrivateAccess: true,
      endpointPublicAccess: false,
    });
    expect(cluster).toMatchObject({
      deletionProtection: false,
      enabledClusterLogTypes: ['audit'],
      encryptionConfig: { provider: { keyArn: 'arn:aws:kms:eu-west-1:123456789012:key/0123-abcd' } },
    });
    for (const { inputs } of ofType(resources, /:NodeGroup$/))
      expect(inputs.subnetIds).toEqual(privateSubnets);
    const principalArn = 'arn:aws:iam::123456789012:role/platform';
    expect(one(resources, ':AccessEntry', '123456789012:role/platform').inputs).toMatchObject({
      principalArn,
    });
    expect(one(resources, ':AccessPolicyAssociation', '123456789012:role/platform').inputs).toMatchObject({
      principalArn,
      policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
      accessScope: { type: 'cluster' },
    });
    const tags = { owner: 'platform', 'continuous-load/cluster': 'prod' };
    expect(JSON.parse(one(resources, 'providers:aws', 'aws').inputs.defaultTags)).toEqual({ tags });
    expect(one(resources, ':LaunchTemplate', 'workers').inputs.tagSpecifications).toEqual(
      ['instance', 'volume'].map((resourceType) => ({
        resourceType,
        tags: { ...tags, Name: 'prod-workers' },
      })),
    );
    expect(one(resources, ':Addon', 'coredns').inputs.addonVersion).toBe('v1.12.1-eksbuild.2');
    expect(one(resources, ':TargetGroup', 'gateway').inputs.vpcId).toBe('vpc-0123456789abcdef0');
  });

  test('a gateway is behind a network load balancer inside the VPC, which only nodes reach', async () => {
    const enabled = { enabled: true };
    const { resources } = await prod({ paths: { ingress: enabled, 'ingress-external': enabled } });
    expect(one(resources, ':LoadBalancer', 'gateway').inputs).toMatchObject({
      loadBalancerType: 'network',
      internal: true,
      subnets: ['nodes-a-id', 'nodes-b-id', 'nodes-c-id'],
      securityGroups: ['gateway-id'],
    });
    expect(one(resources, ':TargetGroup', 'gateway').inputs).toMatchObject({
      vpcId: 'vpc-id',
      targetType: 'instance',
      protocol: 'TCP',
      port: 30080,
      preserveClientIp: 'false',
    });
    expect(one(resources, 'autoscaling/attachment:Attachment', 'gateway').inputs).toEqual({
      autoscalingGroupName: 'eks-workers',
      lbTargetGroupArn: 'arn:aws:mock::gateway',
    });
    expect(one(resources, ':Listener', 'gateway').inputs).toMatchObject({
      protocol: 'TCP',
      port: 80,
      defaultActions: [{ type: 'forward', targetGroupArn: 'arn:aws:mock::gateway' }],
    });
    const rules = ofType(resources, /:SecurityGroup(In|E)gressRule$/).map(({ type, inputs }) => [
      type.split(':').pop(),
      inputs.securityGroupId,
      inputs.referencedSecurityGroupId,
      inputs.ipProtocol,
      inputs.fromPort,
      inputs.toPort,
    ]);
    expect(rules.sort()).toEqual([
      ['SecurityGroupEgressRule', 'gateway-id', 'sg-0c1u57e2', 'tcp', 30080, 30080],
      ['SecurityGroupIngressRule', 'gateway-id', 'sg-0c1u57e2', 'tcp', 80, 80],
      ['SecurityGroupIngressRule', 'sg-0c1u57e2', 'gateway-id', 'tcp', 30080, 30080],
    ]);
    expect(one(resources, 'route53/zone:Zone', 'gateway').inputs).toMatchObject({
      name: 'prod.continuous-load.internal',
      vpcs: [{ vpcId: 'vpc-id' }],
    });
    expect(one(resources, 'route53/record:Record', 'gateway').inputs).toMatchObject({
      name: 'gateway.prod.continuous-load.internal',
      type: 'A',
      aliases: [{ name: 'gateway.elb.invalid', evaluateTargetHealth: false }],
    });
    const config = resources.find(({ type, name }) => type.endsWith(':ConfigMap') && name === 'injector');
    expect(plain(config?.inputs).data['config.json']).toContain(
      'http://gateway.prod.continuous-load.internal:80/api/echo',
    );
    const service = resources.find(
      ({ type, inputs }) => type.endsWith(':Service') && inputs.spec.ports?.[0]?.nodePort === 30080,
    );
    expect(service).toBeDefined();
  });

  test('images of the user’s own win, and then nothing is built or kept', async () => {
    const images = { k6: 'registry.example.org/k6:1', echo: 'registry.example.org/echo:1' };
    const { resources } = await prod({ images });
    expect(ofType(resources, /^(docker-build:|aws:ecr)/)).toEqual([]);
    expect(pod(resources, 'injector').containers[0].image).toBe(images.k6);
  });
});

test('without the definitions nothing is registered, and how to get them is said', async () => {
  mockPlace = '/nowhere/operator.json';
  await expect(prod()).rejects.toThrow(/\/nowhere\/operator\.json is not there.*`npm run up`/);
});
