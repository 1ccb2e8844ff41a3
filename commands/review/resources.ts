import { isDeepStrictEqual } from 'node:util';
import { at } from '../../policies/lib/data';
import { kubernetesObject, nameOf } from '../../policies/lib/objects';
import type { Operation, PreviewedResource } from './events';

/** A resource that a change touches; never with values, which may be secret. */
export interface ResourceChange {
  readonly operation: Exclude<Operation, 'same'>;
  /** `Deployment continuous-load/source`, or type and name for what is no Kubernetes object. */
  readonly resource: string;
  readonly type: string;
  readonly changed: readonly string[];
  readonly replacedFor: readonly string[];
}

/** A resource in the words of a reader. */
export function resourceName({
  urn,
  type,
  inputs,
}: Pick<PreviewedResource, 'urn' | 'type' | 'inputs'>): string {
  const object = kubernetesObject({ urn, type, props: inputs });
  if (object) return nameOf(object);
  return `${shortType(type)} ${urn.split('::').pop() ?? ''}`;
}

/** `aws:ec2/natGateway:NatGateway` as the engine shows it: `aws:ec2:NatGateway`. */
function shortType(type: string): string {
  const [pack = '', module = '', name = ''] = type.split(':');
  const [short = ''] = module.split('/');
  return name === '' ? type : short === 'index' ? `${pack}:${name}` : `${pack}:${short}:${name}`;
}

/** Components and providers group and reach what is made; they are nothing by themselves. */
function isReal({ type }: PreviewedResource): boolean {
  return !/^(pulumi:|continuous-load:index:)/.test(type);
}

/** What a preview against the state of a stack would change. */
export function changesOfState(resources: readonly PreviewedResource[]): readonly ResourceChange[] {
  return resources.flatMap((resource) =>
    resource.operation === 'same' || !isReal(resource)
      ? []
      : [
          {
            operation: resource.operation,
            resource: resourceName(resource),
            type: resource.type,
            changed: resource.changed,
            replacedFor: resource.replacedFor,
          },
        ],
  );
}

/**
 * By what two previews of new stacks differ. No provider is asked, so a replacement is known only of Kubernetes objects: another name,
 * namespace or kind, the selector of a workload, and what no API server changes in a StatefulSet, a Job or a StorageClass.
 */
export function changesOfBase(
  before: readonly PreviewedResource[],
  after: readonly PreviewedResource[],
): readonly ResourceChange[] {
  const olds = new Map(before.filter(isReal).map((resource) => [resource.urn, resource]));
  const news = new Map(after.filter(isReal).map((resource) => [resource.urn, resource]));
  const words = (resource: PreviewedResource) => ({ resource: resourceName(resource), type: resource.type });
  const none = { changed: [], replacedFor: [] };
  return [...new Set([...olds.keys(), ...news.keys()])].flatMap((urn): ResourceChange[] => {
    const [old, now] = [olds.get(urn), news.get(urn)];
    if (now === undefined) return old === undefined ? [] : [{ operation: 'delete', ...words(old), ...none }];
    if (old === undefined) return [{ operation: 'create', ...words(now), ...none }];
    const changed = differingPaths(old.inputs, now.inputs);
    if (changed.length === 0) return [];
    const replacedFor = now.type.startsWith('kubernetes:')
      ? changed.filter((path) => isFixed(now, path))
      : [];
    return [
      { operation: replacedFor.length > 0 ? 'replace' : 'update', ...words(now), changed, replacedFor },
    ];
  });
}

const fixedOf: Readonly<Record<string, RegExp>> = {
  Deployment: /^spec\.selector/,
  DaemonSet: /^spec\.selector/,
  StatefulSet: /^spec\.(selector|serviceName|volumeClaimTemplates|podManagementPolicy)/,
  Job: /^spec\.(selector|template|completionMode)/,
  StorageClass: /^(provisioner|parameters|volumeBindingMode|reclaimPolicy)/,
};

function isFixed({ inputs }: PreviewedResource, path: string): boolean {
  const kind = at(inputs, 'kind');
  return (
    /^(apiVersion|kind|metadata\.(name|namespace))$/.test(path) ||
    (typeof kind === 'string' && fixedOf[kind]?.test(path) === true)
  );
}

/** Paths at which two inputs differ, as deep as both are maps; a list counts as one value. */
export function differingPaths(before: unknown, after: unknown, path = ''): readonly string[] {
  if (isMap(before) && isMap(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .sort()
      .flatMap((key) => differingPaths(before[key], after[key], path === '' ? key : `${path}.${key}`));
  return isDeepStrictEqual(before, after) ? [] : [path];
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
