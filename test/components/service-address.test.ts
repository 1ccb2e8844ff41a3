import * as pulumi from '@pulumi/pulumi';
import { program } from '../../program';
import { deploy, encodeConfig, plain } from '../deploy';
import { images } from '../settings/reading';

/** Whatever pods and Prometheus are told that has the address of a Service in it. */
async function told(monitoring: object, serviceIp: string): Promise<string[]> {
  pulumi.runtime.setAllConfig(
    encodeConfig({
      'continuous-load:cluster': { kind: 'existing', name: 'prod', context: 'prod' },
      'continuous-load:images': images,
      'continuous-load:chaos': { enabled: true },
      'continuous-load:monitoring': monitoring,
    }),
  );
  const { resources } = await deploy(program, { stack: 'prod', serviceIp });
  const written = (value: unknown): unknown[] =>
    typeof value === 'object' && value !== null ? Object.values(value).flatMap(written) : [value];
  return resources
    .filter(({ type }) => !type.endsWith(':Service'))
    .flatMap(({ inputs }) => written(plain(inputs)))
    .filter((value): value is string => typeof value === 'string' && value.includes(serviceIp));
}

test.each([
  ['the stack’s own', { receivers: [] }, ['/api/v1/write']],
  ['that of a chart', { kind: 'kube-prometheus-stack', receivers: [] }, ['/api/v1/write']],
  ['somebody’s', { kind: 'existing', prometheus: 'monitoring/prometheus:9090', retention: '40d' }, []],
])('%s Prometheus is called by an IPv6 address in brackets', async (_, monitoring, more) => {
  const [v4, v6] = [await told(monitoring, '10.96.0.7'), await told(monitoring, 'fd00:10:96::7')];
  const as = (host: string) => [
    `${host}:9090`,
    `http://${host}:9090`,
    ...more.map((path) => `http://${host}:9090${path}`),
  ];
  expect([...new Set(v4)].sort()).toEqual(as('10.96.0.7').sort());
  expect([...new Set(v6)].sort()).toEqual(as('[fd00:10:96::7]').sort());
});
