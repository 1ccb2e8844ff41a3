import { alertCatalogue } from '../../signals/alert-catalogue';
import { alertmanagerConfig, inhibitedBy, severityValues } from '../../signals/alertmanager';
import { defaultModel, pathSettings } from '../../signals/model';

const pager = { name: 'pager', url: 'http://pager/hook', severities: ['page'] as const };
const desk = { name: 'desk', url: 'http://desk/hook', severities: ['page', 'ticket'] as const };

test('pages go to who wants pages, the shadow of an outage to nobody', () => {
  const config = alertmanagerConfig(defaultModel(), [pager, desk]);
  expect(config.route).toMatchObject({ receiver: 'nobody', group_wait: '0s', group_interval: '30s' });
  expect(config.route.routes.map((route) => [route.receiver, route.matchers])).toEqual([
    ['pager', ['severity=~"page"']],
    ['desk', ['severity=~"page|ticket"']],
  ]);
  expect(config.receivers.find((receiver) => receiver.name === 'nobody')).toEqual({ name: 'nobody' });
  expect(JSON.stringify(config.route.routes)).not.toContain('none');
});

test("a path's own words for severities are routed as what they stand for", () => {
  const model = defaultModel({
    paths: [pathSettings('service', { severity: { page: 'critical', ticket: 'warning' } })],
  });
  expect(severityValues(model, 'page')).toEqual(['page', 'critical']);
  expect(severityValues(model, 'ticket')).toEqual(['ticket', 'warning']);
  const soft = defaultModel({
    paths: [pathSettings('service', { severity: { page: 'ticket', ticket: 'ticket' } })],
  });
  expect(severityValues(soft, 'page')).toEqual(['page']);
});

test('a total outage mutes all that follows from it, never another page of absence', () => {
  const muted = alertCatalogue
    .map((entry) => entry.name)
    .filter((name) => inhibitedBy(name).includes('PathRecentlyDown'));
  expect(muted).toEqual(
    expect.arrayContaining(['SloFastBurn', 'SloSlowBurn', 'LatencyBurn', 'PathDownFromOneSource']),
  );
  expect(inhibitedBy('PathDown')).toEqual([]);
  expect(inhibitedBy('ProbesMissing')).toEqual([]);
  for (const rule of alertmanagerConfig(defaultModel(), []).inhibit_rules)
    expect(rule.equal).toEqual(['path']);
});

test('two receivers with one name are refused', () => {
  expect(() => alertmanagerConfig(defaultModel(), [pager, pager])).toThrow(/two receivers/);
  expect(() => alertmanagerConfig(defaultModel(), [{ ...pager, name: 'nobody' }])).toThrow(/two receivers/);
});
