/** Somebody who is told: by exactly one of `url` (webhook), `slack`, `pagerDuty`, `email` or `deadManSwitch`. */
export interface Receiver {
  readonly name: string;
  /** What it is told about; a dead man's switch is told the Watchdog only. */
  readonly severities: readonly ('page' | 'ticket')[];
  /** Only alerts of these owners; absent: of all. */
  readonly owners?: readonly string[] | undefined;
  /** Where Alertmanager POSTs its webhook JSON (version 4). */
  readonly url?: string | undefined;
  readonly slack?: SlackReceiver | undefined;
  readonly pagerDuty?: { readonly routingKey: string } | undefined;
  readonly email?: EmailReceiver | undefined;
  /** URL that is POSTed to every minute while everything works. */
  readonly deadManSwitch?: string | undefined;
}

/** An incoming webhook of Slack. */
export interface SlackReceiver {
  readonly url: string;
  /** Default: the webhook's own channel. */
  readonly channel?: string | undefined;
}

/** Mail by SMTP. */
export interface EmailReceiver {
  readonly to: string;
  readonly from: string;
  /** `HOST:PORT`. */
  readonly smarthost: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly requireTls: boolean;
}

/** Kinds of receivers, as their keys are called. */
export const receiverKinds = ['url', 'slack', 'pagerDuty', 'email', 'deadManSwitch'] as const;

const title =
  '[{{ .Status | toUpper }}] {{ .CommonLabels.alertname }} {{ .CommonLabels.path }} ({{ .CommonLabels.severity }})';
const text =
  '{{ range .Alerts }}{{ .Annotations.summary }}\n{{ .Annotations.description }}\n{{ .Annotations.runbook_url }}\n\n{{ end }}';

/** What a notification says, in Alertmanager's templates. */
export const notificationTexts = {
  title,
  text,
  pagerDutyDescription: `${title} {{ (index .Alerts 0).Annotations.summary }}`,
  pagerDutySeverity: '{{ if eq .CommonLabels.severity "ticket" }}warning{{ else }}critical{{ end }}',
} as const;

/** A receiver as Alertmanager's configuration file has it. */
export function receiverConfig(receiver: Receiver): { readonly name: string } & Record<string, unknown> {
  const { name, url, slack, pagerDuty, email, deadManSwitch } = receiver;
  const told = { send_resolved: true };
  if (slack)
    return {
      name,
      slack_configs: [
        {
          ...told,
          api_url: slack.url,
          ...(slack.channel === undefined ? {} : { channel: slack.channel }),
          title,
          text,
        },
      ],
    };
  if (pagerDuty)
    return {
      name,
      pagerduty_configs: [
        {
          ...told,
          routing_key: pagerDuty.routingKey,
          description: notificationTexts.pagerDutyDescription,
          severity: notificationTexts.pagerDutySeverity,
        },
      ],
    };
  if (email)
    return {
      name,
      email_configs: [
        {
          ...told,
          to: email.to,
          from: email.from,
          smarthost: email.smarthost,
          require_tls: email.requireTls,
          ...(email.username === undefined ? {} : { auth_username: email.username }),
          ...(email.password === undefined ? {} : { auth_password: email.password }),
          headers: { subject: title },
          text,
        },
      ],
    };
  // Whoever waits for a sign of life must not be told that it ended.
  if (deadManSwitch !== undefined)
    return { name, webhook_configs: [{ url: deadManSwitch, send_resolved: false }] };
  return { name, webhook_configs: [{ url, ...told }] };
}
