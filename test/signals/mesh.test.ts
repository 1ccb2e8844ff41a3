import type { AlertName } from '../../signals/alert-catalogue';
import { maskedRules } from '../../signals/masked';
import { keptOfSidecars } from '../../signals/mesh';
import { meshCatalogue } from '../../signals/mesh-catalogue';
import { isAlert } from '../../signals/rule-types';
import { ruleGroups } from '../../signals/rules';
import { cases, type Kind, kinds, maskedIn, model, paths } from './mesh-cases';
import { promtool, promtoolPatienceMs, testRules } from './promtool';
import { alertNames, scene, wantedPaths } from './scenes';
import { scenesOf } from './weather';

const kindNames = Object.keys(kinds) as Kind[];
const groupsOf = (of: typeof model) => [
  ...ruleGroups(of).filter(({ name }) => name.endsWith('.mesh')),
  { name: 'masked', interval: '30s', rules: paths.flatMap((path) => maskedRules(of, path)) },
  wantedPaths(paths),
];

/** A proxy refuses once: the series is there from then on, and never moves again. */
const refusedOnce = (names: readonly AlertName[]) =>
  scene(
    names,
    'one refusal, whose series begins with it',
    [
      {
        series: 'pilot_total_xds_rejects{job="istiod",type="cds"}',
        values: `${'_ '.repeat(40)}${'1 '.repeat(120)}`.trim(),
      },
    ],
    { 570: [], 720: ['MeshConfigRejected'], 1440: ['MeshConfigRejected'], 1620: [] },
    '15s',
  );

beforeAll(promtool, promtoolPatienceMs);

describe.each(kindNames)('of %s', (kind) => {
  const groups = groupsOf(kinds[kind]);
  const names = alertNames(groups);

  test('every alert on the mesh has a scene', () => {
    const all = new Set(meshCatalogue.map(({ name }) => name));
    expect(new Set(cases[kind].map(({ alert }) => alert))).toEqual(all);
    expect(new Set(names)).toEqual(all);
  });

  test(
    'each fires while it is so, not while all is well, not for a bad minute, and flapping as it should; nothing fires without data',
    async () => {
      const scenes = [
        ...cases[kind].flatMap((each) => scenesOf(names, each)),
        scene(names, 'no data', [], { 0: [], 2400: [] }),
        refusedOnce(names),
        maskedIn(kind),
      ];
      expect(await testRules(groups, scenes, '30s')).toMatch(/SUCCESS/);
    },
    promtoolPatienceMs,
  );
});

test('without a mesh nothing is said of one, and of somebody else’s istiod neither', () => {
  const alertsOf = (mesh: typeof model.mesh) => {
    const { mesh: ours, ...without } = model;
    expect(ours).toBeDefined();
    return ruleGroups({ ...without, ...(mesh ? { mesh } : {}) })
      .flatMap(({ rules }) => rules)
      .filter(isAlert)
      .map(({ alert }) => alert)
      .filter((name) => name.startsWith('Mesh'));
  };
  expect(alertsOf(undefined)).toEqual([]);
  const theirs = alertsOf({ retries: 2, istiodScraped: false, certificateLifeSeconds: 86_400 });
  expect(theirs).toContain('MeshCertificateExpiring');
  expect(theirs).not.toEqual(expect.arrayContaining(['MeshConfigRejected']));
});

test('what is kept of a sidecar’s scrape is calls to target, what comes in, and what the agent and Istio say', () => {
  const kept = (scope: string) => new RegExp(`^(?:${keptOfSidecars.scopes})$`).test(scope);
  const of = (service: string) => `outbound|9898||${service}.continuous-load-mesh.svc.cluster.local;`;
  for (const scope of [of('mesh-target'), of('mesh-target-retry'), ';inbound_0.0.0.0_9898', ';'])
    expect([scope, kept(scope)]).toEqual([scope, true]);
  for (const scope of [of('mesh-source'), 'xds-grpc;', ';outbound_0.0.0.0_9898', ';agent'])
    expect([scope, kept(scope)]).toEqual([scope, false]);
});
