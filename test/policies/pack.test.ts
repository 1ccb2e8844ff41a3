import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import * as struct from 'google-protobuf/google/protobuf/struct_pb';
import {
  unknownCheckingProxy,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
} from '@pulumi/policy';
import { AnalyzerClient } from '@pulumi/pulumi/proto/analyzer_grpc_pb';
import * as messages from '@pulumi/pulumi/proto/analyzer_pb';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import fc from 'fast-check';
import { notKnown, plainCopy } from '../../policies/lib/data';
import { judge } from '../../policies/lib/judge';
import type { Resource } from '../../policies/lib/objects';
import { policies } from '../../policies/policies';
import { rules } from '../../policies/rules';
import { crdFixture } from '../components/crd-fixture';
import { plain } from '../deploy';
import { Editor } from './editor';
import { packConfig, registered } from './good-stacks';

const mockFixture = crdFixture();
jest.mock('../../lab/toolchain/crds', () => ({
  operatorCrds: () => mockFixture,
  gatewayCrds: () => mockFixture,
  meshCrds: () => mockFixture,
}));

/** What the wire has in place of a text that is not known (pulumi/sdk, `unknownStringValue`). */
const unknown = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

let lab: Resource[];
beforeAll(async () => {
  const resources = await registered('lab', true);
  lab = resources.map(({ urn, type, inputs }) => ({ urn, type, props: plain(inputs) }));
});

/** What the engine does with policies: all of them on each resource, then those over stacks, which see what the provider answers. */
function preview(resources: readonly Resource[], answers: (resource: Resource) => object): string[] {
  const found: string[] = [];
  const config = { ...packConfig('lab'), 'network-policies': {} } as Record<string, object>;
  const common = (policy: { name: string }) => ({
    name: '',
    opts: {},
    stackTags: new Map(),
    getConfig: () => config[policy.name] ?? {},
  });
  const all = policies(rules);
  for (const { urn, type, props } of resources)
    for (const policy of all as ResourceValidationPolicy[])
      if (typeof policy.validateResource === 'function')
        void policy.validateResource(
          { ...common(policy), urn, type, props: unknownCheckingProxy(props) } as never,
          () => found.push(policy.name),
        );
  const answered = resources.map((one) => ({ ...one, props: unknownCheckingProxy(answers(one)) }));
  for (const policy of all as StackValidationPolicy[])
    if (typeof policy.validateStack === 'function')
      void policy.validateStack({ ...common(policy), resources: answered } as never, () =>
        found.push(policy.name),
      );
  return [...new Set(found)];
}

/** As many leaves as a preview of a lab that is not there yet leaves open (seen), and more. */
function withUnknowns(resources: readonly Resource[]): Resource[] {
  const editor = new Editor(resources);
  for (const name of ['source', 'target', 'echo', 'injector', 'kube-state-metrics', 'prometheus-operator']) {
    editor.container(name).image = unknown;
    editor.pod(name).serviceAccountName = unknown;
  }
  editor.container('injector').env = unknown;
  editor.pod('injector').volumes[0].configMap.name = unknown;
  const binding = editor.get('RoleBinding injector');
  binding.roleRef.name = unknown;
  binding.subjects[0].name = unknown;
  editor.get('Secret alertmanager-main-config').stringData['alertmanager.yaml'] = unknown;
  editor.get('Prometheus main').spec.image = unknown;
  return editor.resources;
}

describe('during a preview', () => {
  it('a good stack passes with much of it unknown, and no policy gives up', () => {
    expect(preview(withUnknowns(lab), () => ({}))).toEqual(['network-policies']);
  });

  it('rules over stacks judge what is asked for, whatever the provider answers', () => {
    const editor = new Editor(withUnknowns(lab));
    editor.remove('PodDisruptionBudget source');
    for (const answers of [() => ({}), () => ({ spec: unknown }), ({ props }: Resource) => props as object])
      expect(preview(editor.resources, answers)).toEqual(['disruption-budget', 'network-policies']);
  });

  it('one unknown value hides nothing that is known', () => {
    const editor = new Editor(withUnknowns(lab));
    delete editor.container('injector').resources.limits;
    expect(preview(editor.resources, () => ({}))).toContain('container-resources');
  });

  it('no rule fails on any value that is not known, nor on any nonsense', () => {
    const small = new Editor(lab).resources.filter(
      ({ type }) => !/CustomResourceDefinition|PrometheusRule|:index:/.test(type),
    );
    const nonsense = fc.constantFrom<unknown>(notKnown, null, 7, 'x', '*', true, [], {}, [null], [[]]);
    fc.assert(
      fc.property(
        fc.nat(small.length - 1),
        fc.infiniteStream(fc.nat(5)),
        fc.nat(6),
        nonsense,
        (index, steps, depth, value) => {
          const changed = JSON.parse(JSON.stringify(small[index]));
          let at: any = changed.props;
          for (let level = 0; level < depth; level++) {
            const inner = Object.values(at).filter((one) => typeof one === 'object' && one !== null);
            if (inner.length === 0) break;
            at = inner[steps.next().value! % inner.length];
          }
          const keys = Object.keys(at);
          if (keys.length > 0) at[keys[steps.next().value! % keys.length]!] = value;
          judge(rules, [...small.slice(0, index), changed, ...small.slice(index + 1)], packConfig('lab'));
        },
      ),
      { numRuns: 60 },
    );
  });
});

test('what is not known is marked, and the rest is copied', () => {
  const seen = unknownCheckingProxy({ a: [1, unknown, { b: null }], c: unknown });
  expect(plainCopy(seen)).toEqual({ a: [1, notKnown, { b: null }], c: notKnown });
});

describe('as Pulumi runs it', () => {
  const directory = join(__dirname, '../../policies');
  let child: ChildProcess;
  let client: AnalyzerClient;
  beforeAll(async () => {
    child = spawn(
      process.execPath,
      [require.resolve('@pulumi/pulumi/cmd/run-policy-pack'), '127.0.0.1:1', '.'],
      {
        cwd: directory,
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const port = await new Promise<string>((resolve, reject) => {
      child.stdout!.once('data', (data) => resolve(String(data).trim()));
      child.once('exit', (code) => reject(new Error(`the pack ended with exit code ${code}`)));
    });
    client = new AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  });
  afterAll(() => {
    client.close();
    child.kill();
  });

  it('loads, and offers every rule with its level and its settings', async () => {
    const info = await new Promise<messages.AnalyzerInfo>((resolve, reject) =>
      client.getAnalyzerInfo(new Empty(), (error, response) => (error ? reject(error) : resolve(response))),
    );
    expect(info.getName()).toBe('continuous-load');
    const offered = info.getPoliciesList().map((one) => one.getName());
    expect(offered).toEqual(['inputs', ...rules.map(({ name }) => name)]);
    const budget = info.getPoliciesList().find((one) => one.getName() === 'load-budget');
    expect(budget?.getEnforcementlevel()).toBe(messages.EnforcementLevel.MANDATORY);
    expect(budget?.getConfigschema()?.getProperties()?.toJavaScript()).toMatchObject({
      probesPerSecond: { type: 'number', default: 100 },
    });
  });

  it('judges a resource, an unknown beside it', async () => {
    const options = new messages.AnalyzerResourceOptions();
    options.setCustomtimeouts(new messages.AnalyzerResourceOptions.CustomTimeouts());
    const request = new messages.AnalyzeRequest();
    request.setType('kubernetes:core/v1:Pod');
    request.setUrn('urn:pulumi:s::p::kubernetes:core/v1:Pod::web');
    request.setName('web');
    request.setOptions(options);
    const spec = { hostNetwork: true, containers: [{ name: 'web', image: unknown }] };
    request.setProperties(
      struct.Struct.fromJavaScript({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec }),
    );
    const response = await new Promise<messages.AnalyzeResponse>((resolve, reject) =>
      client.analyze(request, (error, answer) => (error ? reject(error) : resolve(answer))),
    );
    const found = response.getDiagnosticsList();
    expect(new Set(found.map((one) => one.getPolicyname()))).toEqual(
      new Set(['pod-restricted', 'container-restricted', 'container-resources', 'token-only-where-used']),
    );
    expect(found.map((one) => one.getMessage()).join('\n')).toContain(
      '[pod-restricted] Pod default/web: hostNetwork is true. Set runAsNonRoot',
    );
  });
});
