import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { storageClass } from '../cluster/base-objects';
import { createLab, deleteLab, pagerUrl, readLab } from '../cluster/lab';
import { labPaths, type LabPort, type LabSpec, specProblems } from '../cluster/spec';
import { imageReferences } from '../images/images';
import {
  type Change,
  type Failure,
  type Properties,
  type Provider,
  serve,
  Unfinished,
  unknownValue,
  hasUnknown,
} from './server';

/** Type token of the only resource. */
const labType = 'lab:index:Cluster';

/** Inputs whose change needs a new lab: keys and addresses are made from them. */
const replacing = new Set(['name', 'apiPort']);

const allowed = [
  'name',
  'nodes',
  'apiPort',
  'ports',
  'optionalImages',
  'networkPolicies',
  'power',
  'content',
];

/** `lab` provider: a whole cluster of this machine as one resource, so that `pulumi up` on stack `lab` is the same act as anywhere else. */
const provider: Provider = {
  name: 'lab',
  version: '0.1.0',

  async check(resource, _olds, news) {
    if (resource.type !== labType)
      throw new Error(`the lab provider has no ${resource.type}, only ${labType}`);
    const failures: Failure[] = Object.keys(news)
      .filter((key) => !allowed.includes(key))
      .map((key) => ({ property: key, reason: `unknown; allowed are ${allowed.slice(0, 6).join(', ')}` }));
    if (!hasUnknown(news))
      failures.push(
        ...specProblems(specOf(news)).map((reason) => ({ property: reason.split(/[: ]/)[0] ?? '', reason })),
      );
    // what the lab should be, so that a refresh can tell that it is not, and the next `up` mends it
    return { inputs: { ...news, power: 'on', content: contentKey() }, failures };
  },

  async diff(_resource, state, inputs) {
    const changes: Change[] = [...new Set([...Object.keys(state.inputs), ...Object.keys(inputs)])]
      .filter((key) => !isDeepStrictEqual(state.inputs[key], inputs[key]))
      .map((key) => ({
        path: key,
        kind: !(key in state.inputs) ? 'add' : !(key in inputs) ? 'delete' : 'update',
        replace: replacing.has(key),
      }));
    // a new lab may have the old one's ports
    return { changes, deleteBeforeReplace: true };
  },

  async create(operation, inputs) {
    if (operation.preview) return { id: unknownValue, outputs: foreseen(inputs) };
    const spec = specOf(inputs);
    try {
      await createLab(spec, operation.status);
    } catch (error) {
      throw new Unfinished(spec.name, { inputs, outputs: inputs }, [(error as Error).message]);
    }
    return { id: spec.name, outputs: outputsOf(inputs) };
  },

  async read(operation, state) {
    const found = await readLab(operation.id);
    if (!found) return undefined;
    const { name, nodes, apiPort, ports, optionalImages, networkPolicies } = found.spec;
    const inputs: Properties = {
      ...{ name, nodes, apiPort, ports: toProperties(ports) },
      ...(optionalImages ? { optionalImages: [...optionalImages] } : {}),
      ...(networkPolicies ? { networkPolicies } : {}),
      power: found.alive ? 'on' : `off: ${found.dead.join(', ')}`,
      content: state.inputs['content'] ?? contentKey(),
    };
    return { inputs, outputs: outputsOf(inputs) };
  },

  async update(operation, _state, inputs) {
    // the keys stay, and so every resource inside can be compared with the cluster that is there
    if (operation.preview) return outputsOf(inputs);
    try {
      await createLab(specOf(inputs), operation.status);
    } catch (error) {
      throw new Unfinished(operation.id, { inputs, outputs: outputsOf(inputs) }, [(error as Error).message]);
    }
    return outputsOf(inputs);
  },

  async delete(operation) {
    await deleteLab(operation.id, operation.status);
  },
};

function specOf(inputs: Properties): LabSpec {
  return {
    name: typeof inputs['name'] === 'string' ? inputs['name'] : '',
    nodes: Number(inputs['nodes']),
    apiPort: Number(inputs['apiPort']),
    ports: (inputs['ports'] ?? {}) as unknown as Record<string, LabPort>,
    ...(inputs['optionalImages'] ? { optionalImages: inputs['optionalImages'] as string[] } : {}),
    ...(inputs['networkPolicies'] === true ? { networkPolicies: true } : {}),
  };
}

function outputsOf(inputs: Properties): Properties {
  const spec = specOf(inputs);
  const { kubeconfig } = labPaths(spec.name);
  return {
    ...inputs,
    kubeconfig: existsSync(kubeconfig) ? readFileSync(kubeconfig, 'utf8') : '',
    endpoints: Object.fromEntries(
      Object.entries(spec.ports).map(([name, port]) => [name, `http://127.0.0.1:${port.hostPort}`]),
    ),
    images: imageReferences(),
    storageClass,
    webhook: pagerUrl(spec.name),
  };
}

/** Everything but the kubeconfig follows from the inputs. */
function foreseen(inputs: Properties): Properties {
  return { ...outputsOf(inputs), kubeconfig: unknownValue };
}

/** Changes when any image does: the nodes then import the new ones. */
function contentKey(): string {
  return createHash('sha256').update(Object.values(imageReferences()).join('\n')).digest('hex').slice(0, 12);
}

function toProperties(ports: LabSpec['ports']): Properties {
  return JSON.parse(JSON.stringify(ports)) as Properties;
}

serve(provider);
