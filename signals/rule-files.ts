import { stringify } from 'yaml';
import { alertmanagerConfig } from './alertmanager';
import type { SignalModel } from './model';
import { ruleGroups } from './rules';

/** A file for a Prometheus, or for something that reads its rules (`mimirtool`, Grafana Cloud, Cortex), that the stack does not reach. */
export interface RuleFile {
  readonly file: string;
  readonly yaml: string;
}

/** The rules of a model as a rule file, and the inhibitions that make one page of one cause as a part of Alertmanager's configuration. */
export function ruleFiles(model: SignalModel): RuleFile[] {
  const inhibitions = alertmanagerConfig(model, []).inhibit_rules;
  // Aliases are YAML, and not every reader of rules knows them.
  const yaml = (content: object) => stringify(content, { aliasDuplicateObjects: false, lineWidth: 0 });
  return [
    { file: 'continuous-load-rules.yaml', yaml: yaml({ groups: ruleGroups(model) }) },
    { file: 'continuous-load-inhibitions.yaml', yaml: yaml({ inhibit_rules: inhibitions }) },
  ];
}
