import { alertCatalogue } from './alert-catalogue';
import { type AlertmanagerConfig, alertmanagerConfig, type Route } from './alertmanager';
import type { SignalModel } from './model';
import { notificationTexts, type Receiver } from './receivers';

/** A matcher as the operator's AlertmanagerConfig has it. */
export interface ResourceMatcher {
  readonly name: string;
  readonly matchType: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** A route as the operator's AlertmanagerConfig has it. */
export interface ResourceRoute {
  readonly receiver?: string;
  readonly matchers: readonly ResourceMatcher[];
  readonly continue?: boolean;
  readonly groupBy?: readonly string[];
  readonly groupWait?: string;
  readonly groupInterval?: string;
  readonly repeatInterval?: string;
  readonly routes?: readonly ResourceRoute[];
}

/** An AlertmanagerConfig (monitoring.coreos.com/v1alpha1), and the values of the Secret that it names. */
export interface AlertmanagerResource {
  readonly spec: {
    readonly route: ResourceRoute;
    readonly inhibitRules: readonly {
      readonly sourceMatch: readonly ResourceMatcher[];
      readonly targetMatch: readonly ResourceMatcher[];
      readonly equal: readonly string[];
    }[];
    readonly receivers: readonly ({ readonly name: string } & Record<string, unknown>)[];
  };
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * The routes, inhibitions and receivers of {@link alertmanagerConfig} for an Alertmanager that others use too: nothing but the product's
 * own alerts comes in. The operator makes a branch of its tree of it, which always goes on to the next one; with its default
 * `alertmanagerConfigMatcherStrategy`, `OnNamespace`, it lets in alerts with the label `namespace` of the resource only, which ours have not.
 */
export function alertmanagerResource(
  model: SignalModel,
  receivers: readonly Receiver[],
  secretName: string,
): AlertmanagerResource {
  const { route, inhibit_rules, receivers: named } = alertmanagerConfig(model, receivers);
  const secrets: Record<string, string> = {};
  const secretKey = (key: string, value: string) => {
    secrets[key] = value;
    return { name: secretName, key };
  };
  const ours = {
    name: 'alertname',
    matchType: '=~',
    value: alertCatalogue.map(({ name }) => name).join('|'),
  };
  return {
    spec: {
      route: { ...resourceRoute({ ...route, matchers: [] }), matchers: [ours as ResourceMatcher] },
      inhibitRules: inhibit_rules.map((rule) => ({
        sourceMatch: rule.source_matchers.map(resourceMatcher),
        targetMatch: rule.target_matchers.map(resourceMatcher),
        equal: rule.equal,
      })),
      receivers: named.map(({ name }) => {
        const receiver = receivers.find((one) => one.name === name);
        return { name, ...(receiver ? resourceReceiver(receiver, secretKey) : {}) };
      }),
    },
    secrets,
  };
}

function resourceRoute(route: Route | AlertmanagerConfig['route']): ResourceRoute {
  const { receiver, group_by, group_wait, group_interval, repeat_interval, routes } = route;
  return {
    ...(receiver === undefined ? {} : { receiver }),
    matchers: ('matchers' in route ? route.matchers : []).map(resourceMatcher),
    ...('continue' in route && route.continue ? { continue: true } : {}),
    ...(group_by === undefined ? {} : { groupBy: group_by }),
    ...(group_wait === undefined ? {} : { groupWait: group_wait }),
    ...(group_interval === undefined ? {} : { groupInterval: group_interval }),
    ...(repeat_interval === undefined ? {} : { repeatInterval: repeat_interval }),
    ...(routes === undefined || routes.length === 0 ? {} : { routes: routes.map(resourceRoute) }),
  };
}

/** A matcher as `alertmanagerConfig` writes them: `label=~"a|b"`. */
function resourceMatcher(text: string): ResourceMatcher {
  const parts = /^(\w+)(=~|!=|!~|=)"(.*)"$/.exec(text);
  if (!parts) throw new Error(`no matcher: ${text}`);
  return {
    name: parts[1] ?? '',
    matchType: parts[2] as ResourceMatcher['matchType'],
    value: parts[3] ?? '',
  };
}

/** A receiver whose credentials lie in the Secret. */
function resourceReceiver(
  { name, url, slack, pagerDuty, email, deadManSwitch }: Receiver,
  secretKey: (key: string, value: string) => { readonly name: string; readonly key: string },
): Record<string, unknown> {
  const { title, text, pagerDutyDescription, pagerDutySeverity } = notificationTexts;
  const told = { sendResolved: true };
  if (slack)
    return {
      slackConfigs: [
        {
          ...told,
          apiURL: secretKey(`${name}.url`, slack.url),
          ...(slack.channel === undefined ? {} : { channel: slack.channel }),
          title,
          text,
        },
      ],
    };
  if (pagerDuty)
    return {
      pagerdutyConfigs: [
        {
          ...told,
          routingKey: secretKey(`${name}.routing-key`, pagerDuty.routingKey),
          description: pagerDutyDescription,
          severity: pagerDutySeverity,
        },
      ],
    };
  if (email)
    return {
      emailConfigs: [
        {
          ...told,
          to: email.to,
          from: email.from,
          smarthost: email.smarthost,
          requireTLS: email.requireTls,
          ...(email.username === undefined ? {} : { authUsername: email.username }),
          ...(email.password === undefined
            ? {}
            : { authPassword: secretKey(`${name}.password`, email.password) }),
          headers: [{ key: 'subject', value: title }],
          text,
        },
      ],
    };
  if (deadManSwitch !== undefined)
    return {
      webhookConfigs: [{ urlSecret: secretKey(`${name}.url`, deadManSwitch), sendResolved: false }],
    };
  return { webhookConfigs: [{ urlSecret: secretKey(`${name}.url`, url ?? ''), ...told }] };
}
