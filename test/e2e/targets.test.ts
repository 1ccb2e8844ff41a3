import { namespaceNames } from '../../components/names';
import { failures } from './support/counts';
import { expectToo, notified, onlyExpectedWasNotified } from './support/expected';
import { list, rolledOut } from './support/kubernetes';
import { notifications } from './support/pager';
import { StackUnderTest } from './support/stack-under-test';
import { tenants, tenantsNamespace } from './support/tenants';
import { eventually, report, seconds, until } from './support/wait';

const stack = new StackUnderTest();
const prometheus = stack.prometheus();
const minutes = (count: number) => count * 60_000;
/** What must never be seen outside a Secret. */
const token = 'e2e-token-1f6b';
/** Until what was probed is exported and stored. */
const storedMs = 6_000;
const names = ['checkout', 'shop-name', 'store-port'];
let on: string[] = [];

beforeAll(async () => {
  const address = await tenants(stack, ['shop', 'store']);
  const host = (service: string) => `${service}.${tenantsNamespace}.svc.cluster.local.`;
  const targets = [
    {
      name: 'checkout',
      owner: 'shop team',
      // podinfo answers with the headers that it got: so the one from the Secret arrived.
      http: {
        url: `http://${host('shop')}:9898/headers`,
        headers: { 'X-Token': token },
        bodyContains: 'X-Token',
      },
      rate: 2,
    },
    { name: 'shop-name', dns: { name: host('shop'), values: [address['shop']] }, rate: 2 },
    {
      name: 'store-port',
      tcp: { address: `${host('store')}:9898`, send: 'GET /healthz HTTP/1.0\r\n\r\n', contains: '200 OK' },
      rate: 2,
    },
  ];
  on = ['--set', `targets=${JSON.stringify(targets)}`];
  const { stdout } = await stack.up(...on);
  expect(stdout).toMatch(/Every path is good/);
}, minutes(12));

afterAll(async () => {
  await stack.up();
  await stack.kubectl('delete', 'namespace', tenantsNamespace, '--wait=false');
}, minutes(6));

test('the status shows every target', async () => {
  const { paths } = await stack.status();
  expect(paths.map(({ path }) => path)).toEqual(expect.arrayContaining(names));
});

test(
  'the next up changes nothing',
  async () => expect((await stack.up(...on)).stdout).toContain('Nothing changed.'),
  minutes(5),
);

test('the header lies in a Secret and nowhere else', async () => {
  const of = async (kinds: string) => JSON.stringify(await list(stack, '-n', namespaceNames.load, kinds));
  const encoded = await list(stack, '-n', namespaceNames.load, 'secrets');
  const values = encoded.flatMap((secret: any) => Object.values<string>(secret.data ?? {}));
  expect(values.filter((value) => Buffer.from(value, 'base64').toString().includes(token))).toHaveLength(1);
  expect(await of('configmaps,deployments,pods')).not.toContain(token);
});

test(
  'a target that is gone pages with its name and its owner, nothing else is told, and it ends',
  async () => {
    const fromMs = Date.now();
    await stack.kubectl('-n', tenantsNamespace, 'scale', 'deployment/shop', '--replicas=0');
    const page = await eventually('the page', { withinMs: 75_000 }, () =>
      notified(stack.lab, fromMs, 'PathDown checkout page firing'),
    );
    report('the page after the scaling to 0', seconds(page.timeMs - fromMs));
    expect(page.timeMs - fromMs).toBeLessThan(minutes(1));
    expectToo('PathDown checkout page firing');
    const [alert] = page.alerts;
    expect(alert?.labels['owner']).toBe('shop team');
    expect(alert?.annotations['description']).toMatch(/× connect at hop 1/);
    expect(alert?.annotations['runbook_url']).toMatch(/#targets-of-your-own$/);

    await stack.kubectl('-n', tenantsNamespace, 'scale', 'deployment/shop', '--replicas=1');
    await rolledOut(stack, 'shop', undefined, tenantsNamespace);
    const end = await eventually('the end of the page', { withinMs: minutes(3) }, () =>
      notified(stack.lab, fromMs, 'PathDown checkout page resolved'),
    );
    report('the end after the scaling to 0', seconds(end.timeMs - fromMs));
    expectToo('PathDown checkout page resolved');
    await until(Date.now() + storedMs);
    // Nobody else's probes felt it, and nobody else was told of.
    expect(await failures(prometheus, fromMs, Date.now(), '{path!="checkout",outcome="failed"}')).toEqual([]);
    expect(notifications(stack.lab, fromMs).length).toBeGreaterThanOrEqual(2);
    onlyExpectedWasNotified(stack.lab);
  },
  minutes(6),
);
