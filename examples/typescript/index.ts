import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { ContinuousLoad } from 'continuous-load';

const config = new pulumi.Config();

const cluster = new k8s.Provider('cluster', {
  context: config.require('context'),
  clusterIdentifier: config.require('context'),
  // Names of objects are fixed, so a Secret or ConfigMap that changes is updated where it is.
  enableSecretMutable: true,
  enableConfigMapMutable: true,
});

const load = new ContinuousLoad(
  'load',
  {
    clusterName: 'shop',
    // Built from extension/; without them, switch off the paths that need them.
    images: {
      k6: 'registry.example.org/continuous-load/k6:2.2.0',
      echo: 'registry.example.org/continuous-load/echo:1',
    },
    paths: { service: { rate: 8 }, udp: { enabled: false } },
    targets: [{ name: 'checkout', owner: 'shop', http: { url: 'https://shop.example.org/health' } }],
    alerts: { owner: 'platform' },
    networkPolicies: { enabled: true },
    monitoring: {
      storage: { size: '20GB' },
      // Decrypted here; the component keeps it in a Secret.
      receivers: [{ name: 'on-call', url: config.require('pagerUrl') }],
    },
  },
  { provider: cluster },
);

/** What is probed. */
export const paths = load.paths;
/** Where to ask, from inside the cluster. */
export const prometheusUrl = load.prometheusUrl;
