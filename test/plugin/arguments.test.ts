import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { ContinuousLoad, Dashboard, LoadInjector } from '../../plugin/index.ts';
import { argsSource } from '../../plugin/args-source';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { deploy } from '../deploy';

const within = () => ({ provider: new k8s.Provider('cluster', { context: 'cluster-1' }) });
const images = { k6: 'registry.example.org/k6:1', echo: 'registry.example.org/echo:1' };

/** What a constructor says against its arguments, and what was registered nevertheless. */
async function refusal(make: () => unknown): Promise<{ message: string; made: string[] }> {
  let message = '';
  const { resources } = await deploy(() => {
    try {
      make();
    } catch (error) {
      if (!pulumi.RunError.isInstance(error)) throw error;
      message = error.message;
    }
  });
  return { message, made: resources.map(({ type }) => type).filter((type) => !type.includes('providers')) };
}

test('every mistake is told at once, in the words of the arguments, and nothing is made', async () => {
  const { message, made } = await refusal(
    () =>
      new ContinuousLoad(
        'load',
        {
          clusterName: 'Not A Name',
          images,
          paths: { service: { rate: -1 }, servce: {} },
          podinfo: { replicas: 1 },
          monitoring: { receivers: [{ name: 'on-call', url: 'pager?token=s3cret' }] },
          alert: {},
        } as never,
        within(),
      ),
  );
  expect(made).toEqual([]);
  expect(message).toMatchInlineSnapshot(`
   "6 mistakes in the arguments of ContinuousLoad load; nothing was made:
     ✖ alert is an unknown key; it must be one of the arguments: clusterName, paths, targets, period, load, injector, podinfo, echo, nodeProber, gateway, mesh, networkPolicies, images, monitoring, alerts, dashboards, chaos
         → remove it, or did you mean alerts?
     ✖ clusterName is "Not A Name"; it must be a name of 2 to 20 lower-case letters, digits and dashes that begins with a letter
         → write for example lab
     ✖ paths.service.rate is -1; it must be a number from 0.1 to 1000, probes per second in total over all injectors
         → write for example 4; to stop probing it set enabled: false
     ✖ paths.servce is an unknown key; it must be one of the known keys here: service, grpc, grpc-stream, websocket, dns, tcp, udp, api-server, ingress, ingress-external, mesh, mesh-retry, mesh-mtls, mesh-authz
         → remove it, or did you mean service?
     ✖ podinfo.replicas is 1; it must be a whole number from 2 to 50
         → write 2 or more: one replica cannot be drained without an outage
     ✖ monitoring.receivers[0].url is not shown, it may hold a secret; it must be an absolute http:// or https:// URL without blanks and braces
         → read it from a secret of your own config"
  `);
  expect(message).not.toContain('s3cret');
});

test('a cluster is never guessed: without a provider it is refused', async () => {
  const { message, made } = await refusal(() => new ContinuousLoad('load', { images }));
  expect(made).toEqual([]);
  expect(message).toContain('options.provider is missing');
});

test('a provider of the parent or among several is one', async () => {
  for (const opts of [
    () => ({ providers: [new k8s.Provider('cluster', {})] }),
    () => ({ providers: { kubernetes: new k8s.Provider('cluster', {}) } }),
    () => ({
      parent: new pulumi.ComponentResource('a:b:C', 'outer', {}, { providers: [new k8s.Provider('c', {})] }),
    }),
  ]) {
    const { message } = await refusal(
      () =>
        new LoadInjector(
          'load',
          { otlp: { url: 'http://otlp.example.org/v1' }, paths: { service: {} } },
          opts(),
        ),
    );
    expect(message).toBe('');
  }
});

test('an output or a secret among the arguments is told by its name', async () => {
  const { message, made } = await refusal(
    () =>
      new LoadInjector(
        'load',
        {
          otlp: {
            url: 'https://otlp.example.org/v1/metrics',
            headers: { Authorization: pulumi.secret('Bearer s3cret') as never },
          },
          targets: pulumi.output([]) as never,
        },
        within(),
      ),
  );
  expect(made).toEqual([]);
  expect(message).toMatchInlineSnapshot(`
   "3 mistakes in the arguments of LoadInjector load; nothing was made:
     ✖ otlp.headers.Authorization is not shown, it may hold a secret; it must be known when the program runs, not an output of a resource or a secret
         → give it as plain text: it decides what is made, and what of it is a credential is kept in a Secret
     ✖ targets is not shown, it may hold a secret; it must be known when the program runs, not an output of a resource or a secret
         → give it as plain text: it decides what is made, and what of it is a credential is kept in a Secret
     ✖ paths is {"service":{"enabled":false},"grpc":{"enabled":false},"grpc-stream":{"enabled":f…; it must be such that one path is enabled: else nothing is measured
         → enable a path, or add a target; to stop all load for a while set load.enabled: false"
  `);
});

test('what a component cannot do without is asked for', async () => {
  const injector = await refusal(
    () => new LoadInjector('load', { paths: { service: {} } } as never, within()),
  );
  expect(injector.message).toMatch(/^1 mistake in .*\n {2}✖ otlp is missing/);
  const boards = await refusal(() => new Dashboard('boards', { paths: { service: {} } } as never, within()));
  expect(boards.message).toMatch(/^1 mistake in .*\n {2}✖ namespace is missing/);
});

test('the interfaces of the arguments are what the schemas say; if not: npx tsx plugin/docs.ts', async () => {
  const directory = join(__dirname, '..', '..', 'plugin');
  const files = await argsSource();
  for (const { file, text } of files)
    expect({ file, text: readFileSync(join(directory, file), 'utf8') }).toEqual({ file, text });
  expect(readdirSync(join(directory, 'args')).sort()).toEqual(files.map(({ file }) => file.slice(5)).sort());
});
