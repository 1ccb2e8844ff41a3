import * as pulumi from '@pulumi/pulumi';
import { readSettings } from '../../settings';
import { encodeConfig } from '../deploy';

const receiver = { name: 'on-call', url: 'https://pager.example.org/s3cret' };
const existing = { kind: 'existing', prometheus: 'monitoring/prometheus:9090', retention: '40d' };
const theirs = { kind: 'existing', name: 'prod', context: 'prod' };

function read(monitoring: object, sections: object = {}) {
  const all: Record<string, unknown> = { cluster: theirs, monitoring, ...sections };
  const keyed = Object.entries(all).map(([key, value]) => [`continuous-load:${key}`, value]);
  const images = { k6: 'registry.example.org/k6:1', echo: 'registry.example.org/echo:1' };
  return readSettings(
    'prod',
    encodeConfig({ 'continuous-load:images': images, ...Object.fromEntries(keyed) } as Record<
      string,
      unknown
    >),
  );
}

function refusal(monitoring: object, sections: object = {}): string {
  try {
    read(monitoring, sections);
  } catch (error) {
    expect(pulumi.RunError.isInstance(error)).toBe(true);
    return (error as Error).message;
  }
  throw new Error(`accepted: ${JSON.stringify(monitoring)}`);
}

/** What is written, the one field that is named, and how to mend it. */
const wrong: [what: string, monitoring: object, field: string, mend: RegExp][] = [
  [
    'no such kind',
    { kind: 'thanos', receivers: [] },
    'monitoring.kind is "thanos"',
    /one of own, kube-prometheus-stack, existing, gmp, none/,
  ],
  ['a kind that is no word', { kind: 7, receivers: [] }, 'monitoring.kind is 7', /one of own/],
  [
    'a key of another kind',
    { ...existing, storage: { size: '5GB' } },
    'monitoring.storage is an unknown key',
    /known keys here: kind, namespace, prometheus/,
  ],
  [
    'a key that is nearly right',
    { ...existing, rulelabels: { release: 'x' } },
    'monitoring.rulelabels is an unknown key',
    /did you mean ruleLabels\?/,
  ],
  [
    'no Service of Prometheus',
    { ...existing, prometheus: undefined },
    'monitoring.prometheus is missing',
    /kubectl get services/,
  ],
  [
    'a Service without its port',
    { ...existing, prometheus: 'monitoring/prometheus' },
    'monitoring.prometheus is "monitoring/prometheus"',
    /NAMESPACE\/NAME:PORT/,
  ],
  ['an unknown retention', { ...existing, retention: undefined }, 'monitoring.retention is missing', /35d/],
  [
    'a retention below the period',
    { ...existing, retention: '15d' },
    'monitoring.retention is "15d"',
    /at least the period, 30d/,
  ],
  [
    'several replicas without a collector',
    { ...existing, replicas: 2 },
    'monitoring.replicas is 2',
    /hold a part of every counter[^]*collector/,
  ],
  [
    'delta for rules that need growth',
    { ...existing, otlp: { url: 'http://collector.otel:4318/v1/metrics', temporality: 'delta' } },
    'monitoring.otlp.temporality is "delta"',
    /counters that grow/,
  ],
  [
    'an OTLP address without a path',
    { ...existing, otlp: { url: 'http://collector.otel:4318' } },
    'monitoring.otlp.url is not shown',
    /whole http or https address/,
  ],
  [
    'an OTLP address with a password',
    { ...existing, otlp: { url: 'http://me:s3cret@collector.otel:4318/v1/metrics' } },
    'monitoring.otlp.url is not shown',
    /credentials go into otlp\.headers/,
  ],
  [
    'a header of two lines',
    { ...existing, otlp: { url: 'http://c/v1/metrics', headers: { a: 'b\nc' } } },
    'monitoring.otlp.headers is not shown',
    /on one line/,
  ],
  [
    'labels that are none',
    { ...existing, monitorLabels: { release: 'ä' } },
    'monitoring.monitorLabels is {"release":"ä"}',
    /podMonitorSelector/,
  ],
  [
    'receivers that nobody is told of',
    { ...existing, receivers: [receiver] },
    'monitoring.receivers is ["on-call"]',
    /alertmanagerConfig/,
  ],
  [
    'routes to nobody',
    { ...existing, alertmanagerConfig: {} },
    'monitoring.alertmanagerConfig is {}',
    /add a receiver/,
  ],
];

describe('monitoring', () => {
  it.each(wrong)('refuses %s', (_, monitoring, field, mend) => {
    const message = refusal(monitoring);
    expect(message).toMatch(/^1 mistake/);
    expect(message).toContain(`continuous-load:${field}`);
    expect(message).toMatch(mend);
    expect(message).not.toContain('s3cret');
  });

  it('refuses a Prometheus of somebody else’s on a cluster that the stack makes', () => {
    for (const cluster of [{ kind: 'lab' }, { kind: 'k3d' }])
      expect(refusal(existing, { cluster })).toContain('monitoring.kind is "existing"');
  });

  it('refuses what its chart could not do', () => {
    const chart = { kind: 'kube-prometheus-stack', receivers: [] };
    expect(refusal({ ...chart, chart: { version: 'latest' } })).toContain(
      'monitoring.chart.version is "latest"',
    );
    expect(refusal({ ...chart, prometheusReplicas: 2 })).toContain('monitoring.prometheusReplicas is 2');
    expect(refusal({ ...chart, retention: '15d' })).toContain('monitoring.retention is "15d"');
    expect(refusal(chart, { cluster: { kind: 'lab' } })).toContain('no way out');
    expect(refusal(chart, { dashboards: { sidecarLabels: { a: 'b' } } })).toMatch(
      /^1 mistake[^]*dashboards\.sidecarLabels/,
    );
  });

  it('refuses what needs somebody who scrapes or answers where nobody does', () => {
    const none = { kind: 'none', otlp: { url: 'https://otlp.example.org/v1/metrics' } };
    expect(() => read(none)).not.toThrow();
    expect(refusal({ kind: 'none' })).toMatch(/^1 mistake[^]*monitoring\.otlp/);
    expect(refusal({ ...none, receivers: [receiver] })).toContain('monitoring.receivers is an unknown key');
    expect(refusal(none, { cluster: { kind: 'lab' } })).toContain('no way out');
    expect(refusal(none, { nodeProber: { enabled: true } })).toMatch(
      /nodeProber\.enabled is true[^]*scraped/,
    );
    expect(refusal(none, { chaos: { enabled: true } })).toMatch(/monitoring\.prometheusUrl is missing/);
    expect(refusal({ ...none, prometheusUrl: 'https://x' })).toContain(
      'monitoring.prometheusUrl is "https://x"',
    );
    const asked = { ...none, prometheusUrl: 'http://mimir.mimir.svc:8080' };
    expect(() => read(asked, { chaos: { enabled: true } })).not.toThrow();
    expect(read(none).model.nodeProber).toBeUndefined();
  });

  it('refuses what Google Managed Prometheus could not do', () => {
    const gmp = { kind: 'gmp', otlp: { url: 'http://collector.otel.svc:4318/v1/metrics' } };
    const slow = { injector: { exportInterval: '10s' } };
    expect(read(gmp, slow).model).toMatchObject({
      managedRules: true,
      sharedPrometheus: true,
      retentionDays: 42,
    });
    expect(read(gmp, slow).model.nodeProber).toBeUndefined();
    const refused: [monitoring: object, sections: object, field: string, mend: RegExp][] = [
      [{}, {}, 'injector.exportInterval is "2s"', /within 5s[^]*exportInterval: 10s/],
      [{ retention: '40d' }, slow, 'monitoring.retention is an unknown key', /collectors/],
      [{ longTerm: {} }, slow, 'monitoring.longTerm is an unknown key', /known keys here/],
      [{ otlp: undefined }, slow, 'monitoring.otlp is missing', /otlp/],
      [
        { otlp: { ...gmp.otlp, temporality: 'delta' } },
        slow,
        'monitoring.otlp.temporality is "delta"',
        /leave it out/,
      ],
      [
        { otlp: { url: 'https://telemetry.googleapis.com/v1/metrics' } },
        slow,
        'monitoring.otlp.url is "telemetry.googleapis.com:443"',
        /collector/,
      ],
      [{ collectors: 'Gmp' }, slow, 'monitoring.collectors is "Gmp"', /gke-gmp-system/],
      [{ receivers: [receiver] }, slow, 'monitoring.receivers is ["on-call"]', /managedAlertmanager: \{\}/],
      [{ managedAlertmanager: {} }, slow, 'monitoring.managedAlertmanager is {}', /add a receiver/],
      [{}, { ...slow, period: '90d' }, 'period is "90d"', /42d[^]*30d/],
      [{}, { ...slow, chaos: { enabled: true } }, 'chaos.enabled is true', /without credentials/],
      [{}, { ...slow, nodeProber: { enabled: true } }, 'nodeProber.enabled is true', /end by a mark/],
    ];
    for (const [monitoring, sections, field, mend] of refused) {
      const message = refusal({ ...gmp, ...monitoring }, sections);
      expect(message).toMatch(/^1 mistake/);
      expect(message).toContain(field);
      expect(message).toMatch(mend);
      expect(message).not.toContain('s3cret');
    }
    for (const cluster of [{ kind: 'lab' }, { kind: 'k3d' }])
      expect(refusal(gmp, { cluster })).toContain('monitoring.kind is "gmp"');
    expect(refusal(gmp, { period: '90d', chaos: { enabled: true } })).toMatch(/^3 mistakes/);
  });

  it('says every mistake at once', () => {
    expect(refusal({ kind: 'existing', replicas: 0, ruleLabels: {}, bogus: 1 })).toMatch(/^5 mistakes/);
  });

  it('is the stack’s own unless it says otherwise', () => {
    expect(read({ receivers: [] }).monitoring).toEqual(read({ kind: 'own', receivers: [] }).monitoring);
  });

  it('takes the address of OTLP apart as k6 wants it', () => {
    const { monitoring } = read({
      ...existing,
      otlp: { url: 'https://otlp.example.org/otlp/v1/metrics', headers: { Authorization: 'Basic x' } },
    });
    expect(monitoring).toMatchObject({
      otlp: { url: { endpoint: 'otlp.example.org:443', path: '/otlp/v1/metrics', tls: true } },
    });
  });

  it('somebody else’s keeps no long-term counts for us, and its health is not ours to alert on', () => {
    const { model } = read(existing);
    expect(model).toMatchObject({ sharedPrometheus: true, retentionDays: 40 });
    expect(model.longTerm).toBeUndefined();
  });
});
