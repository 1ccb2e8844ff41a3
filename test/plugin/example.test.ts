import * as pulumi from '@pulumi/pulumi';
import { deploy } from '../deploy';

// What npm puts into node_modules of a program of one's own.
jest.mock('continuous-load', () => jest.requireActual('../../plugin/index.ts'), { virtual: true });

test('the TypeScript example makes a load in its cluster, and keeps its credential', async () => {
  pulumi.runtime.setAllConfig(
    { 'continuous-load:context': 'cluster-1', 'continuous-load:pagerUrl': 'https://pager.example.org/t0ken' },
    ['continuous-load:pagerUrl'],
  );
  const { resources } = await deploy(() => jest.requireActual('../../examples/typescript'));
  const of = (type: string) => resources.filter((resource) => resource.type === type);
  expect(of('continuous-load:index:ContinuousLoad')).toHaveLength(1);
  expect(of('pulumi:providers:kubernetes')[0]?.inputs.context).toBe('cluster-1');
  expect(of('kubernetes:apps/v1:Deployment').map(({ name }) => name)).toContain('injector');
  const telling = resources.filter(({ inputs }) => JSON.stringify(inputs).includes('t0ken'));
  expect(telling.map(({ type }) => type)).toEqual(['kubernetes:core/v1:Secret']);
});
