import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { ChaosReaper } from '../../components/chaos-reaper';
import type { Cluster } from '../../components/cluster/cluster';
import { ExistingCluster } from '../../components/cluster/existing-cluster';
import { LoadInjector } from '../../components/load-injector';
import { MonitoringStack } from '../../components/monitoring-stack';
import { Namespaces } from '../../components/namespaces';
import { PodinfoPair } from '../../components/podinfo-pair';
import { readSettings } from '../../settings';
import { defaultChaos } from '../../signals/model';
import { injectorTargets } from '../../signals/targets';
import { deploy, stackConfig } from '../deploy';

const settings = readSettings('dev', stackConfig('dev'));
const { stack, podinfo, injector, monitoring, model } = settings;

/** Components are also used without settings, so each refuses by itself what it cannot keep. */
async function refused(
  make: (common: { cluster: Cluster; stack: string; namespaces: Namespaces }) => unknown,
): Promise<string> {
  let message = 'accepted';
  const { resources } = await deploy(() => {
    const provider = new k8s.Provider('p', {});
    const cluster: Cluster = { kind: 'existing', clusterName: 'c', provider, endpoints: pulumi.output({}) };
    const namespaces = new Namespaces('namespaces', { cluster, stack });
    try {
      make({ cluster, stack, namespaces });
    } catch (error) {
      message = (error as pulumi.InputPropertyError).message;
      expect(pulumi.InputPropertyError.isInstance(error)).toBe(true);
      message = `${(error as any).propertyPath}: ${(error as any).reason}`;
    }
  });
  expect(
    resources.filter(({ type }) =>
      /PodinfoPair|LoadInjector|ChaosReaper|MonitoringStack|ExistingCluster/.test(type),
    ),
  ).toEqual([]);
  return message;
}

describe('components refuse, before they register anything,', () => {
  it.each([0, 2])('a podinfo budget of %d of 2 replicas', async (maxUnavailable) => {
    const wrong = { ...podinfo, disruptionBudget: { maxUnavailable } };
    expect(
      await refused((common) => new PodinfoPair('x', { ...common, podinfo: wrong, targetUrl: 'http://t' })),
    ).toMatch(/^podinfo\.disruptionBudget\.maxUnavailable: must be at least 1 and less than the 2 replicas/);
  });

  it('a drain that is cut off', async () => {
    const wrong = { ...podinfo, drain: { preStop: 5000, shutdown: 25_000, grace: 29_999 } };
    expect(
      await refused((common) => new PodinfoPair('x', { ...common, podinfo: wrong, targetUrl: 'http://t' })),
    ).toMatch(/^podinfo\.drain\.grace/);
  });

  it('a single injector', async () => {
    const args = {
      injector: { ...injector, replicas: 1 },
      model,
      targets: injectorTargets('n'),
      otlp: { endpoint: '1.2.3.4:9090' },
    };
    expect(await refused((common) => new LoadInjector('x', { ...common, ...args }))).toMatch(
      /^injector\.replicas/,
    );
  });

  it('a retention below the period', async () => {
    const args = { monitoring: { ...monitoring, retention: 29 * 86_400_000 }, model };
    expect(await refused((common) => new MonitoringStack('x', { ...common, ...args }))).toMatch(
      /^monitoring\.retention: must be at least 30 days/,
    );
  });

  it('chaos in the cluster itself', async () => {
    const chaos = defaultChaos({ namespaces: ['continuous-load', 'kube-system'] });
    const args = {
      model: { ...model, chaos },
      resources: injector.resources,
      prometheusUrl: 'http://1.2.3.4:9090',
      otlp: { endpoint: '1.2.3.4:9090' },
    };
    expect(await refused((common) => new ChaosReaper('x', { ...common, ...args }))).toMatch(
      /^chaos\.namespaces: must not hold kube-system/,
    );
  });

  it('a cluster by guess', async () => {
    expect(await refused(() => new ExistingCluster('x', { kind: 'existing', name: 'x', urls: {} }))).toMatch(
      /^context/,
    );
  });
});
