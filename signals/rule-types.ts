/** A recording rule as Prometheus reads it. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** An alerting rule as Prometheus reads it. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A rule group as Prometheus reads it; the same shape as in a PrometheusRule's `spec.groups`. */
export interface RuleGroup {
  readonly name: string;
  /** Prometheus duration. */
  readonly interval: string;
  readonly rules: readonly (RecordingRule | AlertRule)[];
}

/** Tells an alert from a recording rule. */
export function isAlert(rule: RecordingRule | AlertRule): rule is AlertRule {
  return 'alert' in rule;
}
