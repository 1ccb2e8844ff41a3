import { parse } from 'yaml';
import {
  mergeConfig,
  ownConfig,
  programConfig,
  setInConfig,
  withoutEncryption,
} from '../../../commands/stack/stack-config';

const source = `# ports are mine
config:
  continuous-load:cluster:
    kind: lab
    ports:
      api: 16443
`;

describe('the copy of a config', () => {
  test('is the source with the salt of the copy before', () => {
    const before =
      'config:\n  continuous-load:cluster: {kind: lab, nodes: 5}\nencryptionsalt: v1:abc:v1:def\n';
    const merged = mergeConfig(source, before, 'Pulumi.lab.yaml');
    expect(parse(merged)).toEqual({ ...(parse(source) as object), encryptionsalt: 'v1:abc:v1:def' });
    expect(merged).toContain('# ports are mine');
  });

  test('is the source alone the first time, and the source’s own salt wins', () => {
    expect(mergeConfig(source, undefined, 'f')).toBe(source);
    expect(parse(mergeConfig(`${source}encryptionsalt: own\n`, 'encryptionsalt: copy\n', 'f'))).toMatchObject(
      { encryptionsalt: 'own' },
    );
  });

  test('of an empty file is the salt', () => {
    expect(parse(mergeConfig('', 'encryptionsalt: s\n', 'f'))).toEqual({ encryptionsalt: 's' });
  });

  test.each([
    ['config: [', /Pulumi\.x\.yaml is not valid YAML/],
    ['- a\n', /must hold a map/],
  ])('refuses %j', (text, expected) => {
    expect(() => mergeConfig(text, undefined, 'Pulumi.x.yaml')).toThrow(expected);
  });
});

describe('--set', () => {
  const set = (...assignments: string[]) =>
    ownConfig(
      assignments.reduce((text, one) => setInConfig(text, one, 'f'), source),
      'f',
    );

  test('sets numbers, text and lists anywhere, also in sections that are not there yet', () => {
    expect(
      set(
        'paths.service.rate=8',
        'cluster.ports.api=1',
        'period=7d',
        'monitoring.receivers[0].severities=[page]',
      ),
    ).toEqual({
      cluster: { kind: 'lab', ports: { api: 1 } },
      paths: { service: { rate: 8 } },
      period: '7d',
      monitoring: { receivers: [{ severities: ['page'] }] },
    });
  });

  test.each([
    ['rate', /write it as path=value/],
    ['=3', /write it as path=value/],
    ['a=[', /not valid YAML/],
    ['cluster.kind.more=1', /plain value/],
  ])('refuses %j', (assignment, expected) => {
    expect(() => setInConfig(source, assignment, 'f')).toThrow(expected);
  });
});

test('hands config to the program as Pulumi does, with a stand-in for secrets', () => {
  const text = `config:
  continuous-load:period: 30d
  continuous-load:load: {enabled: false}
  aws:region: eu-west-1
  continuous-load:monitoring:
    receivers: [{url: {secure: v1:x}}]
`;
  expect(programConfig(text, 'f')).toEqual({
    'continuous-load:period': '30d',
    'continuous-load:load': '{"enabled":false}',
    'aws:region': 'eu-west-1',
    'continuous-load:monitoring': '{"receivers":[{"url":"https://secret.invalid/secret"}]}',
  });
});

test('can be read without its passphrase: secrets are made up, and nothing tells how they were encrypted', () => {
  const text = `encryptionsalt: v1:abc
secretsprovider: awskms://alias/k
config:
  continuous-load:period: 30d # mine
  other:key: {secure: v1:y}
  continuous-load:monitoring:
    retention: 40d
    receivers: [{url: {secure: v1:x}, name: on-call}]
`;
  const read = withoutEncryption(text, 'f');
  expect(parse(read).config).toEqual({
    'continuous-load:period': '30d',
    'other:key': expect.any(String),
    'continuous-load:monitoring': {
      retention: '40d',
      receivers: [{ url: 'https://secret.invalid/secret', name: 'on-call' }],
    },
  });
  for (const trace of ['v1:', 'awskms', 'secure']) expect(read).not.toContain(trace);
  expect(read).toContain('# mine');
});
