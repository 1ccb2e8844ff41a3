import { monitoringName, namespaceNames } from '../../components/names';
import { workloadPorts } from '../../components/network/ports';
import { labPaths } from '../../lab/cluster/spec';
import { inside } from '../../lab/cluster/machine';
import { notified } from './support/expected';
import { busyMachine } from './support/slow-machine';
import { pods, type KubernetesObject } from './support/kubernetes';
import { alertInWords, notifications } from './support/pager';
import { StackUnderTest } from './support/stack-under-test';
import { eventually, report, seconds, until } from './support/wait';

const stack = new StackUnderTest();
const prometheus = stack.prometheus();
const minutes = (count: number) => count * 60_000;
const on = ['--set', 'networkPolicies.enabled=true'];
const { load, monitoring } = namespaceNames;
/** A pod of nobody's, in a namespace of nobody's. */
const stranger = 'e2e-stranger';
let guardedMs = 0;

/** The pod of Prometheus, not of the store that is one too. */
async function prometheusPod(): Promise<KubernetesObject> {
  const found = (await pods(stack, 'prometheus', monitoring)).find(
    ({ metadata }) => metadata.labels?.['operator.prometheus.io/name'] === monitoringName,
  );
  if (!found) throw new Error('no pod of Prometheus');
  return found;
}

/**
 * Alerts that began after a moment and were told, less what a machine that others load too says of itself. What a lab’s nodes that were restarted
 * to keep policies had caused before may end later.
 */
function toldSince(sinceMs: number): string[] {
  const words = notifications(stack.lab, sinceMs).flatMap(({ alerts }) =>
    alerts
      .filter(({ status, startsAt }) => status === 'firing' && Date.parse(startsAt) >= sinceMs)
      .map(alertInWords),
  );
  return [...new Set(words)].filter((word) => !busyMachine.test(word));
}

async function anyPodOf(workload: string, namespace: string = load): Promise<KubernetesObject> {
  const [pod] = await pods(stack, workload, namespace);
  if (!pod) throw new Error(`no pod of ${workload}`);
  return pod;
}

/**
 * What comes of connecting to a port from within a pod's network, with the node's programs, as the images have none: `open`, or the words of
 * bash. A pod that is let through and has nobody at that port says `refused` as one that is kept away does, so only open ports are asked.
 */
async function connect(from: KubernetesObject, to: KubernetesObject, port: number): Promise<string> {
  const machine = labPaths(stack.lab).machine(from.spec.nodeName as string);
  const script = [
    // Any process of the pod is in its network.
    `pid=$(grep -ls '${from.metadata.uid}' /proc/[0-9]*/cgroup | head -1 | cut -d/ -f3)`,
    `nsenter -t "$pid" -n timeout 5 bash -c 'exec 3<>/dev/tcp/${to.status.podIP}/${port}' && echo open`,
  ].join('\n');
  return (await inside(machine, ['bash', '-c', `( ${script} ) 2>&1 || true`])).trim();
}

beforeAll(async () => {
  const { stdout } = await stack.up(...on);
  expect(stdout).toMatch(/Every path is good/);
  guardedMs = Date.now();
  await stack.kubectl('create', 'namespace', stranger);
  await stack.kubectl(
    ...[
      '-n',
      stranger,
      'run',
      stranger,
      '--restart=Never',
      `--labels=app.kubernetes.io/name=${stranger}`,
      '--image-pull-policy=IfNotPresent',
    ],
    `--image=${(await anyPodOf('target')).spec.containers[0].image as string}`,
    ...['--command', '--', './podinfo'],
  );
  await stack.kubectl(
    ...['-n', stranger, 'wait', '--for=condition=Ready', `pod/${stranger}`, '--timeout=120s'],
  );
}, minutes(20));

afterAll(async () => {
  await stack.kubectl('delete', 'namespace', stranger, '--ignore-not-found', '--wait=false');
  await stack.up();
}, minutes(6));

test(
  'every path is good, everything is scraped, nobody is told',
  async () => {
    await until(guardedMs + minutes(1));
    const { paths } = await stack.status();
    expect(paths.length).toBeGreaterThanOrEqual(8);
    const up = await prometheus.vector('count(up == 1)');
    const down = await prometheus.vector('count(up == 0)');
    report('scrape targets', `${up[0]?.value ?? 0} up, ${down[0]?.value ?? 0} down`);
    expect(up[0]?.value).toBeGreaterThan(20);
    expect(down).toEqual([]);
    const failed = await prometheus.vector(
      'sum by (path, reason) (increase(k6_probes_total{outcome="failed"}[1m])) > 0',
    );
    expect(failed.map(({ metric }) => metric)).toEqual([]);
    expect(toldSince(guardedMs)).toEqual([]);
  },
  minutes(4),
);

test(
  'a pod of another namespace reaches neither target nor Prometheus, and those who need them do',
  async () => {
    const intruder = await anyPodOf(stranger, stranger);
    const [server, target, source, injector] = [
      await prometheusPod(),
      await anyPodOf('target'),
      await anyPodOf('source'),
      await anyPodOf('injector'),
    ];
    const { http } = workloadPorts.target;
    expect(await connect(intruder, target, http)).toMatch(/refused/);
    expect(await connect(intruder, server, workloadPorts.prometheus.web)).toMatch(/refused/);
    expect(await connect(source, target, http)).toBe('open');
    expect(await connect(injector, server, workloadPorts.prometheus.web)).toBe('open');
    // The same way is open to who needs it, so it is the policy that closes these.
    expect(await connect(server, target, workloadPorts.target.metrics)).toBe('open');
    expect(await connect(injector, target, workloadPorts.target.metrics)).toMatch(/refused/);
    expect(
      await connect(injector, await anyPodOf('alertmanager', monitoring), workloadPorts.alertmanager.web),
    ).toMatch(/refused/);
    expect(await connect(target, source, http)).toMatch(/refused/);
    expect(await connect(target, intruder, 9898)).toMatch(/refused/);
  },
  minutes(3),
);

test(
  'without the policy of echo its paths are down and paged, and no other; with it they are good again',
  async () => {
    const policy = await stack.kubectl('-n', load, 'get', 'networkpolicy', 'echo', '-o', 'json');
    expect(policy).toMatch(/9007/);
    const fromMs = Date.now();
    await stack.kubectl('-n', load, 'delete', 'networkpolicy', 'echo');
    // Four paths with one far end: all are down, and one page speaks for them.
    const isPage = (word: string) => /^PathDown (tcp|udp|grpc-stream|websocket) page firing$/.test(word);
    const paged = await eventually('the page', { withinMs: 120_000 }, () => {
      const word = toldSince(fromMs).find(isPage);
      if (word === undefined) throw new Error(toldSince(fromMs).join(', ') || 'nothing');
      return notified(stack.lab, fromMs, word);
    });
    report('policy gone → page', seconds(paged.timeMs - fromMs));
    await eventually('its paths are down', { withinMs: 60_000 }, async () => {
      const down = await prometheus.vector('ALERTS{alertname="PathDown",alertstate="firing"}');
      expect(down.map(({ metric }) => metric['path']).sort()).toEqual([
        'grpc-stream',
        'tcp',
        'udp',
        'websocket',
      ]);
    });
    const others = await prometheus.vector(
      'sum by (path) (increase(k6_probes_total{outcome="failed",path!~"tcp|udp|grpc-stream|websocket"}[1m])) > 0',
    );
    expect(others.map(({ metric }) => metric['path'])).toEqual([]);
    // Its metrics are scraped by the same policy.
    const ofEcho = /^\S+ (tcp|udp|grpc-stream|websocket) |^ScrapeTargetDown /;
    expect(toldSince(fromMs).filter((word) => !ofEcho.test(word))).toEqual([]);

    const { stdout } = await stack.up(...on, '--refresh');
    expect(stdout).toMatch(/Every path is good/);
    await eventually('no path is down any more', { withinMs: minutes(3) }, async () => {
      expect(await prometheus.vector('ALERTS{alertname="PathDown",alertstate="firing"}')).toEqual([]);
    });
  },
  minutes(14),
);
