import {
  existing,
  images,
  lab,
  read as readSections,
  refusal as refusalOf,
  stockPaths,
  type Sections,
} from './reading';

const nobody = { monitoring: { receivers: [] } };
const read = (sections: Sections) => readSections({ ...nobody, ...sections }, 'dev');
const refusal = (sections: Sections) => refusalOf({ ...nobody, ...sections }, 'dev');

test('nodes are probed wherever that can be done, unless the config says no', () => {
  const on = (sections: Record<string, unknown>) => read(sections).model.nodeProber !== undefined;
  expect(on({})).toBe(true);
  expect(on({ cluster: { ...lab, nodes: 1 } })).toBe(false);
  expect(on({ nodeProber: { enabled: false } })).toBe(false);
  expect(on({ cluster: existing, paths: stockPaths })).toBe(false);
  expect(on({ cluster: existing, images })).toBe(true);
  expect(on({ cluster: existing, images, nodeProber: { enabled: 'false' } })).toBe(false);
});

test('the section becomes the model in plain units', () => {
  const nodeProber = {
    peers: 5,
    rate: '2',
    protocols: ['udp'],
    timeout: '400ms',
    latencyBound: '5ms',
    rotation: '6h',
  };
  expect(read({ nodeProber }).model.nodeProber).toEqual({
    peers: 5,
    ratePerSecond: 2,
    protocols: ['udp'],
    timeoutMs: 400,
    latencyBoundMs: 5,
    rotationMs: 6 * 3_600_000,
  });
});

test.each([
  ['no peer', { nodeProber: { peers: 0 } }, 'nodeProber.peers is 0', /nodes × peers/],
  ['a rate of nothing', { nodeProber: { rate: 0 } }, 'nodeProber.rate is 0', /enabled: false/],
  [
    'an unknown protocol',
    { nodeProber: { protocols: ['http'] } },
    'nodeProber.protocols[0] is "http"',
    /tcp, udp/,
  ],
  ['no protocol', { nodeProber: { protocols: [] } }, 'nodeProber.protocols is []', /each protocol once/],
  [
    'a protocol twice',
    { nodeProber: { protocols: ['tcp', 'tcp'] } },
    'nodeProber.protocols is ["tcp","tcp"]',
    /once/,
  ],
  [
    'a bound over the timeout',
    { nodeProber: { timeout: '20ms0' } },
    'nodeProber.timeout is "20ms0"',
    /for example 1s/,
  ],
  [
    'a bound that nothing can be over',
    { nodeProber: { timeout: '100ms', latencyBound: '100ms' } },
    'nodeProber.timeout is "100ms"',
    /can never be slow/,
  ],
  [
    'probes that overlap',
    { nodeProber: { timeout: '1s', rate: 4 } },
    'nodeProber.timeout is "1s"',
    /at most the time between two probes of a pair, 250ms[^]*lower the timeout/,
  ],
  ['peers for seconds', { nodeProber: { rotation: '30s' } }, 'nodeProber.rotation is "30s"', /new series/],
  [
    'more load than the cap',
    { nodeProber: { rate: 10, timeout: '100ms', peers: 4 }, cluster: { ...lab, nodes: 5 } },
    'nodeProber.rate is 10',
    /at most load\.maxRate, 100[^]*they would send 500/,
  ],
  [
    'a lab of one node',
    { nodeProber: { enabled: true }, cluster: { ...lab, nodes: 1 } },
    'nodeProber.enabled is true',
    /no other to probe/,
  ],
  [
    'no image of it',
    { nodeProber: { enabled: true }, cluster: existing, paths: stockPaths },
    'images.echo is missing',
    /the prober of the nodes/,
  ],
  [
    'a request over its limit',
    { nodeProber: { resources: { requests: { cpu: '1' } } } },
    'nodeProber.resources.requests.cpu is "1"',
    /at most the limit, 200m/,
  ],
])('refuses %s', (_what, sections, field, mend) => {
  const message = refusal(sections);
  expect(message).toMatch(/^1 mistake/);
  expect(message).toContain(`✖ continuous-load:${field}`);
  expect(message).toMatch(mend);
});
