import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import { parse } from 'yaml';

/** A resource as the engine would have been asked for it. */
export interface Registered {
  urn: string;
  type: string;
  name: string;
  parent: string;
  provider: string;
  dependencies: string[];
  deletedWith: string;
  secretOutputs: string[];
  ignoreChanges: string[];
  retainOnDelete: boolean;
  /** Other URNs under which the engine would find it in a state, those by its parents' included. */
  aliases: string[];
  inputs: any;
}

/** What a fresh lab would answer; everything else answers its inputs. */
const labOutputs = {
  kubeconfig: 'apiVersion: v1\nkind: Config\n',
  endpoints: {
    prometheus: 'http://127.0.0.1:19090',
    alertmanager: 'http://127.0.0.1:19093',
    podinfo: 'http://127.0.0.1:19898',
  },
  images: Object.fromEntries(
    [
      'podinfo',
      'k6',
      'echo',
      'prometheus',
      'alertmanager',
      'prometheus-operator',
      'prometheus-config-reloader',
      'kube-state-metrics',
    ].map((name) => [name, `continuous-load.lab/${name}:0123456789ab`]),
  ),
  storageClass: 'lab-local',
  webhook: 'http://10.96.0.99:9099/',
};

/** Outputs that a cluster adds to the inputs of a resource. */
function state(type: string, name: string, inputs: any, serviceIp: string): any {
  if (type === 'lab:index:Cluster') return { ...inputs, ...labOutputs };
  if (type === 'k3d:index:Cluster')
    return { ...inputs, kubeconfig: labOutputs.kubeconfig, endpoints: labOutputs.endpoints };
  if (type === 'aws:eks/cluster:Cluster')
    return {
      ...inputs,
      endpoint: 'https://0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com',
      certificateAuthority: { data: 'Q0E=' },
      vpcConfig: { ...inputs.vpcConfig, clusterSecurityGroupId: 'sg-0c1u57e2' },
    };
  if (type === 'aws:eks/nodeGroup:NodeGroup')
    return {
      ...inputs,
      resources: [
        { autoscalingGroups: [{ name: `eks-${inputs.nodeGroupName}` }], remoteAccessSecurityGroupId: '' },
      ],
    };
  if (type.startsWith('aws:'))
    return {
      ...inputs,
      ...{ arn: `arn:aws:mock::${name}`, keyId: `${name}-key`, zoneId: `${name}-zone`, latestVersion: 7 },
      ...{ allocationId: `${name}-allocation`, dnsName: `${name}.elb.invalid` },
    };
  if (type === 'docker-build:index:Image')
    return { ...inputs, ref: `${inputs.tags[0]}@sha256:${'0'.repeat(64)}` };
  if (type === 'random:index/randomPassword:RandomPassword') return { ...inputs, result: 'r4nd0m' };
  if (type === 'kubernetes:core/v1:Service')
    return { ...inputs, spec: { ...inputs.spec, clusterIP: serviceIp } };
  return inputs;
}

export interface Deployed<Outputs> {
  resources: Registered[];
  outputs: Outputs;
}

/** What is special about an in-memory engine and the cluster behind it. */
interface DeployOptions {
  stack?: string;
  preview?: boolean;
  /** Address of every Service. */
  serviceIp?: string;
}

/** Runs a program against an in-memory engine; resolves once every registration that it made has settled. */
export async function deploy<Outputs>(
  program: () => Outputs,
  { stack = 'lab', preview = false, serviceIp = '10.96.0.7' }: DeployOptions = {},
): Promise<Deployed<Awaited<Outputs>>> {
  const resources: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ custom, name, type, inputs }) => ({
        id: custom === false ? undefined : `${name}-id`,
        state: state(type, name, inputs, serviceIp),
      }),
      call: ({ token, inputs }) =>
        token === 'aws:ecr/getAuthorizationToken:getAuthorizationToken'
          ? { ...inputs, userName: 'AWS', password: 'token-of-ecr' }
          : inputs,
    },
    'continuous-load',
    stack,
    preview,
  );
  const monitor = pulumi.runtime.getMonitor() as any;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request: any, done: any) =>
    register(request, (error: unknown, response: any) => {
      if (!error)
        resources.push({
          urn: response.getUrn(),
          type: request.getType(),
          name: request.getName(),
          parent: request.getParent(),
          provider: request.getProvider(),
          dependencies: request.getDependenciesList(),
          deletedWith: request.getDeletedwith(),
          secretOutputs: request.getAdditionalsecretoutputsList(),
          ignoreChanges: request.getIgnorechangesList(),
          retainOnDelete: request.getRetainondelete(),
          aliases: aliasesOf(request, resources),
          inputs: request.getObject()?.toJavaScript(),
        });
      done(error, response);
    });
  try {
    return { resources, outputs: await program() };
  } finally {
    // Also after a program that threw: what it left on the way would end up in the engine of the next one.
    await pulumi.runtime.disconnect();
  }
}

/** What the engine makes of the aliases of a registration (its `generateAliases`), but for names that begin with their parent's. */
function aliasesOf(request: any, before: readonly Registered[]): string[] {
  const [type, name, parent] = [request.getType(), request.getName(), request.getParent()];
  const parents = [parent, ...(before.find(({ urn }) => urn === parent)?.aliases ?? [])];
  const own = request.getAliasesList().map((alias: any) => alias.toObject());
  const specs = [{}, ...own.flatMap(({ spec }: any) => spec ?? [])];
  const urns = specs.flatMap((spec: any) =>
    (spec.parenturn && spec.parenturn !== parent ? [spec.parenturn] : spec.noparent ? [''] : parents).map(
      (of) => urnOf(spec.name || name, spec.type || type, of),
    ),
  );
  const all = new Set<string>([...own.flatMap(({ urn }: any) => urn || []), ...urns]);
  return [...all].filter((urn) => urn !== urnOf(name, type, parent));
}

function urnOf(name: string, type: string, parent: string): string {
  const above = parent.split('::')[2] ?? '';
  const under = above === '' || above === 'pulumi:pulumi:Stack' ? '' : `${above}$`;
  return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${under}${type}::${name}`;
}

/** The value of an output, once it is known. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => void output.apply((value) => resolve(value)));
}

/** Marks that the wire format puts on a secret. */
const secretMark = '4dabf18193072939515e22adb298388d';

/** Inputs without the wrapping of secrets. */
export function plain(value: any): any {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if (secretMark in value) return plain(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** Whether a value on the wire is a secret. */
export function isSecret(value: any): boolean {
  return typeof value === 'object' && value !== null && secretMark in value;
}

const root = join(__dirname, '..');
const readYaml = (file: string): any => parse(readFileSync(join(root, file), 'utf8'));

/** What the CLI would pass to the program: defaults of Pulumi.yaml, then the file of the stack; objects as JSON. */
export function stackConfig(stack: string): Record<string, string> {
  const declared: Record<string, { default?: unknown }> = readYaml('Pulumi.yaml').config;
  const defaults = Object.entries(declared)
    .filter(([, { default: value }]) => value !== undefined)
    .map(([key, { default: value }]) => [`continuous-load:${key}`, value]);
  const config: Record<string, unknown> = {
    ...Object.fromEntries(defaults),
    ...readYaml(`Pulumi.${stack}.yaml`).config,
  };
  return encodeConfig(config);
}

/** Config values as the runtime has them: text as it is, everything else as JSON. */
export function encodeConfig(config: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}
