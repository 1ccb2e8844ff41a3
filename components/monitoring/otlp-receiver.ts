import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { OtlpSettings } from '../../settings/otlp-schema';
import { inside } from '../cluster/cluster';
import { contentName, metadata } from '../metadata';
import { namespaceNames } from '../names';
import type { OtlpReceiver } from './monitoring';
import type { MonitoringPartArgs } from './part';

const key = 'headers';

/** A receiver of the user's. Its headers lie in a Secret named by its content: other credentials are another Secret, and so a rollout. */
export function otlpReceiver(
  parent: pulumi.Resource,
  { cluster, stack, namespaces }: MonitoringPartArgs,
  { url, headers, temporality }: OtlpSettings,
): OtlpReceiver {
  const target = {
    endpoint: url.endpoint,
    otlpPath: url.path,
    otlpTls: url.tls,
    otlpTemporality: temporality,
    // https://opentelemetry.io/docs/specs/semconv/resource/: what external labels are to a Prometheus, as one receiver may hear many clusters.
    otlpResource: { 'k8s.cluster.name': cluster.clusterName, 'deployment.environment.name': stack },
  };
  if (headers === undefined) return target;
  // k6 splits at commas and takes percent signs away again (internal/output/opentelemetry/exporter.go of v2.2.0, parseHeaders).
  const value = Object.entries(headers)
    .map((pair) => pair.map(encodeURIComponent).join('='))
    .join(',');
  const secret = new k8s.core.v1.Secret(
    'otlp-headers',
    {
      metadata: metadata(contentName('otlp-headers', value), namespaceNames.load, {
        workload: 'otlp-headers',
        stack,
      }),
      immutable: true,
      stringData: pulumi.secret({ [key]: value }),
    },
    inside(parent, cluster, [namespaces.load]),
  );
  return { ...target, headers: { name: secret.metadata.name, key } };
}
