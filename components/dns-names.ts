import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { headlessName } from '../signals/targets';
import { inside, type Cluster } from './cluster/cluster';
import { metadata, withoutWaiting } from './metadata';
import { namespaceNames } from './names';
import type { Namespaces } from './namespaces';

/** Arguments of {@link DnsNames}. */
export interface DnsNamesArgs {
  readonly cluster: Cluster;
  readonly stack: string;
  readonly namespaces: Namespaces;
}

const namespace = namespaceNames.load;
/** An address that nobody has (RFC 5737): it is looked up and never called. */
const nobodysAddress = '192.0.2.1';

/** A headless Service whose address depends on no pod: that its name resolves says something about DNS alone. */
export class DnsNames extends pulumi.ComponentResource {
  constructor(name: string, args: DnsNamesArgs, opts?: pulumi.ComponentResourceOptions) {
    super('continuous-load:index:DnsNames', name, {}, opts);
    const { cluster, stack, namespaces } = args;
    const child = inside(this, cluster, [namespaces.load]);
    const port = { name: 'none', port: 9, protocol: 'TCP' };
    const meta = metadata(headlessName, namespace, { stack, annotations: withoutWaiting });
    const service = new k8s.core.v1.Service(
      headlessName,
      { metadata: meta, spec: { type: 'ClusterIP', clusterIP: 'None', ports: [port] } },
      child,
    );
    new k8s.discovery.v1.EndpointSlice(
      headlessName,
      {
        metadata: {
          ...meta,
          labels: {
            ...meta.labels,
            'kubernetes.io/service-name': headlessName,
            'endpointslice.kubernetes.io/managed-by': 'continuous-load',
          },
        },
        addressType: 'IPv4',
        endpoints: [{ addresses: [nobodysAddress], conditions: { ready: true } }],
        ports: [{ name: port.name, port: port.port, protocol: port.protocol }],
      },
      { ...child, dependsOn: [service] },
    );
    this.registerOutputs({});
  }
}
