import { readFileSync, statSync } from 'node:fs';
import { command } from '../../lab/command';
import { programPath } from '../../lab/toolchain/toolchain';
import type { Drifted } from '../../commands/drift/drifted';
import { isAlert } from '../../signals/rule-types';
import { ruleGroups } from '../../signals/rules';
import { countOutcomes, failures, firstGoodMoment, longestGap } from './support/counts';
import { onlyExpectedWasNotified } from './support/expected';
import { list, type KubernetesObject } from './support/kubernetes';
import { resultFile, StackUnderTest } from './support/stack-under-test';
import { eventually, report, seconds, until } from './support/wait';
import { startVerb, verb } from './support/verbs';

const stack = new StackUnderTest();
const prometheus = stack.prometheus();

/** A label that all our objects have, with another value. */
const ourLabel = (value: string) => `app.kubernetes.io/part-of=${value}`;

/** Workloads that talk to the API server, by the label `app.kubernetes.io/name`; all others have no account token. */
const talksToTheApi = ['injector', 'node-prober', 'prometheus', 'prometheus-operator', 'kube-state-metrics'];

describe('the first up', () => {
  const first = JSON.parse(readFileSync(resultFile('first-up.json'), 'utf8')) as {
    startedMs: number;
    endedMs: number;
    output: string;
  };

  test('ends with a table of the paths and where to look next', () => {
    expect(first.output).toMatch(/Every path is good/);
    expect(first.output).toMatch(/│ service +│/);
    for (const endpoint of ['prometheus', 'alertmanager', 'podinfo'])
      expect(first.output).toContain(`http://127.0.0.1:${stack.port(endpoint)}`);
  });

  test('the first good SLI comes within 90 s after the cluster is ready', async () => {
    const readyMs = await clusterReadyMs();
    const goodMs = await firstGoodMoment(
      prometheus,
      readyMs,
      first.endedMs + 30_000,
      stack.servicePath().availabilityPercent / 100,
    );
    report('up', seconds(first.endedMs - first.startedMs));
    report('cluster ready → first good SLI', goodMs === undefined ? 'never' : seconds(goodMs - readyMs));
    expect(goodMs).toBeDefined();
    expect((goodMs ?? Infinity) - readyMs).toBeLessThanOrEqual(90_000);
  });
});

describe('a stack that is up', () => {
  test('a second up changes nothing and says so', async () => {
    const { stdout, tookMs } = await stack.up();
    report('up without a change', seconds(tookMs));
    expect(stdout).toContain('Nothing changed.');
    expect(stdout).toMatch(/\d+ unchanged/);
    expect(stdout).not.toMatch(/\d+ (created|updated|replaced|deleted)/);
  }, 120_000);

  test('drift names what was deleted or edited, repair puts it back, and then there is none', async () => {
    const drift = async (...flags: string[]) => startVerb('drift', [stack.name, ...flags]).done;
    expect((await drift()).stdout).toContain('nothing drifted');
    const [budgets] = await list(stack, '-n', 'continuous-load', 'poddisruptionbudgets');
    const budget = budgets?.metadata.name ?? 'none';
    await stack.kubectl('-n', 'continuous-load', 'delete', 'poddisruptionbudget', budget);
    await stack.kubectl(
      '-n',
      'continuous-load',
      'label',
      'service/target',
      '--overwrite',
      ourLabel('someone'),
    );

    const { code, stdout } = await drift('--json');
    const { drifted } = JSON.parse(stdout) as { drifted: Drifted[] };
    expect(code).toBe(2);
    expect(drifted.map(({ resource, what }) => [resource, what]).sort()).toEqual([
      [`PodDisruptionBudget continuous-load/${budget}`, 'gone'],
      ['Service continuous-load/target', 'changed'],
    ]);
    expect(drifted.flatMap(({ fields }) => fields)).toEqual([
      expect.objectContaining({ wanted: '"continuous-load"', found: '"someone"' }),
    ]);

    const { code: repaired, tookMs } = await drift('--repair', '--yes');
    report('repair of drift', seconds(tookMs));
    expect(repaired).toBe(0);
    expect((await drift()).code).toBe(0);
  }, 480_000);

  test('status --json has the agreed shape', async () => {
    const status = await stack.status();
    expect(Object.keys(status).sort()).toEqual(['alerts', 'paths', 'rulesEvaluated', 'stack', 'urls']);
    expect(status.stack).toBe(stack.name);
    expect(status.paths.map(({ path }) => path)).toEqual(stack.model().paths.map(({ name }) => name));
    const [service] = status.paths;
    expect(Object.keys(service ?? {}).sort()).toEqual([
      'error',
      'failed',
      'objective',
      'ok',
      'p50',
      'p99',
      'path',
      'slow',
      'success',
      'windows',
    ]);
    for (const count of [service?.ok, service?.slow, service?.failed, service?.error])
      expect(Number.isInteger(count)).toBe(true);
    expect(service?.objective).toBe(0.999);
    expect(service?.p50).toBeGreaterThan(0);
    expect(service?.p99).toBeGreaterThanOrEqual(service?.p50 ?? Infinity);
    for (const alert of status.alerts)
      expect(Object.keys(alert).sort()).toEqual(['name', 'path', 'severity', 'since', 'state', 'summary']);
    expect(Object.keys(status.urls).sort()).toEqual(['alertmanager', 'podinfo', 'prometheus']);
  }, 60_000);

  test('every address of it answers', async () => {
    const { urls } = await stack.status();
    expect((await fetch(`${urls['prometheus']}/-/ready`)).status).toBe(200);
    expect((await fetch(`${urls['alertmanager']}/-/ready`)).status).toBe(200);
    const echo = await fetch(`${urls['podinfo']}/api/echo`, { method: 'POST', body: '"hello"' });
    expect(await echo.json()).toEqual(['"hello"']);
  }, 60_000);

  test('kubeconfig prints the path of a private kubeconfig that works', async () => {
    const { stdout } = await verb('kubeconfig', [stack.name]);
    const file = stdout.trim();
    expect(stdout).toBe(`${file}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const kubectl = programPath('kube').replace(/kube$/, 'kubectl');
    expect(await command(kubectl, [`--kubeconfig=${file}`, 'get', 'nodes', '-o', 'name'])).toBe(
      'node/node1\nnode/node2\n',
    );
  }, 60_000);
});

describe('every pod of ours', () => {
  let pods: KubernetesObject[] = [];
  beforeAll(async () => {
    pods = [
      ...(await list(stack, '-n', 'continuous-load', 'pods')),
      ...(await list(stack, '-n', 'monitoring', 'pods')),
    ];
  });

  test('is restricted, by the API server’s own judgement', async () => {
    for (const namespace of ['continuous-load', 'monitoring']) {
      const [found] = await list(stack, 'namespaces', '--field-selector', `metadata.name=${namespace}`);
      expect(found?.metadata.labels?.['pod-security.kubernetes.io/enforce']).toBe('restricted');
    }
  });

  test('has requests and limits, a read-only root and no privilege', () => {
    expect(pods.length).toBeGreaterThanOrEqual(10);
    const containers = pods.flatMap((pod) =>
      ([...(pod.spec.initContainers ?? []), ...pod.spec.containers] as any[]).map((container) => ({
        name: `${pod.metadata.name}/${container.name as string}`,
        requests: Object.keys(container.resources?.requests ?? {}).sort(),
        limits: Object.keys(container.resources?.limits ?? {}).sort(),
        readOnly: container.securityContext?.readOnlyRootFilesystem,
        escalation: container.securityContext?.allowPrivilegeEscalation,
        dropped: container.securityContext?.capabilities?.drop,
        nonRoot: container.securityContext?.runAsNonRoot ?? pod.spec.securityContext?.runAsNonRoot,
        seccomp: (container.securityContext?.seccompProfile ?? pod.spec.securityContext?.seccompProfile)
          ?.type,
      })),
    );
    const wanted = {
      requests: ['cpu', 'memory'],
      limits: ['cpu', 'memory'],
      readOnly: true,
      escalation: false,
      dropped: ['ALL'],
      nonRoot: true,
      seccomp: 'RuntimeDefault',
    };
    expect(containers).toEqual(containers.map(({ name }) => ({ name, ...wanted })));
  });

  test('has an account token only where it talks to the API server', () => {
    const withToken = pods.filter((pod) =>
      (pod.spec.volumes ?? []).some((volume: any) =>
        volume.projected?.sources?.some((source: any) => source.serviceAccountToken),
      ),
    );
    const workloads = new Set(withToken.map(({ metadata }) => metadata.labels?.['app.kubernetes.io/name']));
    expect([...workloads].sort()).toEqual([...talksToTheApi].sort());
  });
});

describe('two quiet minutes', () => {
  test('no probe fails, none is left out, nobody is told anything', async () => {
    const { ratePerSecond } = stack.servicePath();
    const fromMs = Date.now();
    await until(fromMs + 120_000);
    const toMs = Date.now();
    const counts = await countOutcomes(prometheus, fromMs, toMs);
    const { gapMs } = await longestGap(prometheus, fromMs, toMs);
    report(
      'quiet',
      `${counts.ok} ok, ${counts.slow} slow, ${counts.failed} failed, ${counts.error} error; longest gap ${seconds(gapMs)}`,
    );
    expect(await failures(prometheus, fromMs, toMs)).toEqual([]);
    const asked = (ratePerSecond * (toMs - fromMs)) / 1000;
    expect(Math.abs(counts.ok + counts.slow + counts.error - asked)).toBeLessThanOrEqual(asked * 0.1);
    expect(gapMs).toBeLessThan(10_000);
    onlyExpectedWasNotified(stack.lab);
  }, 180_000);
});

/** When the lab was ready: its nodes, and CoreDNS, which it waits for last. */
async function clusterReadyMs(): Promise<number> {
  const objects = [
    ...(await list(stack, 'nodes')),
    ...(await list(stack, '-n', 'kube-system', 'deployments')),
  ];
  const moments = objects.flatMap(({ status }) =>
    (status.conditions as { type: string; lastTransitionTime: string }[])
      .filter(({ type }) => type === 'Ready' || type === 'Available')
      .map(({ lastTransitionTime }) => Date.parse(lastTransitionTime)),
  );
  return Math.max(...moments);
}

// Last, as rules of a period are first evaluated after five minutes.
test('every rule of the model is loaded and evaluated without an error', async () => {
  const { urls } = await stack.status();
  const wanted = ruleGroups(stack.model())
    .flatMap(({ name, rules }) =>
      rules.map((rule) => `${name} ${isAlert(rule) ? rule.alert : rule.record} ok`),
    )
    .sort();
  await eventually('all rules are evaluated', { withinMs: 330_000, everyMs: 5_000 }, async () => {
    const answer = await fetch(`${urls['prometheus']}/api/v1/rules`);
    const { data } = (await answer.json()) as {
      data: { groups: { name: string; rules: { name: string; health: string }[] }[] };
    };
    const found = data.groups.flatMap(({ name: group, rules }) =>
      rules.map(({ name, health }) => `${group} ${name} ${health}`),
    );
    expect(found.sort()).toEqual(wanted);
  });
}, 360_000);
