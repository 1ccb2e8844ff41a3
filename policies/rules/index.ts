import type { Rule } from '../lib/rule';
import { alertOwner } from './alert-owner';
import { alertRoute } from './alert-route';
import { alertRunbook } from './alert-runbook';
import { alertSeverity } from './alert-severity';
import { alertSummary } from './alert-summary';
import { alertWindow } from './alert-window';
import { burnWindows } from './burn-windows';
import { chaosExperiments } from './chaos-experiments';
import { chaosKillSwitch } from './chaos-kill-switch';
import { chaosMinReady } from './chaos-min-ready';
import { chaosNeverSystem } from './chaos-never-system';
import { chaosOptIn } from './chaos-opt-in';
import { chaosQuietHours } from './chaos-quiet-hours';
import { containerResources } from './container-resources';
import { containerRestricted } from './container-restricted';
import { disruptionBudget } from './disruption-budget';
import { goldenSignals } from './golden-signals';
import { googleRules } from './google-rules';
import { imagePinned } from './image-pinned';
import { loadBudget } from './load-budget';
import { loadCost } from './load-cost';
import { loadSwitch } from './load-switch';
import { metricsScraped } from './metrics-scraped';
import { monitorFindsPods } from './monitor-finds-pods';
import { monitorIsRead } from './monitor-is-read';
import { namespaceRestricted } from './namespace-restricted';
import { networkPolicies } from './network-policies';
import { networkPolicyPerWorkload } from './network-policy-per-workload';
import { noDefaultCredentials } from './no-default-credentials';
import { pathAlerts } from './path-alerts';
import { podRestricted } from './pod-restricted';
import { probeHeadroom } from './probe-headroom';
import { promqlCatalogue } from './promql-catalogue';
import { promqlParses } from './promql-parses';
import { rbacNoClusterWideDelete } from './rbac-no-cluster-wide-delete';
import { rbacNoEscalation } from './rbac-no-escalation';
import { rbacNoWildcard } from './rbac-no-wildcard';
import { retentionCoversPeriod } from './retention-covers-period';
import { scrapedOnce } from './scraped-once';
import { spread } from './spread';
import { targetBudget } from './target-budget';
import { tlsVerified } from './tls-verified';
import { tokenOnlyWhereUsed } from './token-only-where-used';

/** Every rule of the pack. */
export const rules: readonly Rule[] = [
  alertSeverity,
  alertOwner,
  alertSummary,
  alertRunbook,
  alertWindow,
  alertRoute,
  promqlParses,
  promqlCatalogue,
  pathAlerts,
  goldenSignals,
  burnWindows,
  retentionCoversPeriod,
  googleRules,
  monitorIsRead,
  monitorFindsPods,
  metricsScraped,
  scrapedOnce,
  podRestricted,
  containerRestricted,
  containerResources,
  imagePinned,
  spread,
  disruptionBudget,
  noDefaultCredentials,
  tokenOnlyWhereUsed,
  tlsVerified,
  rbacNoWildcard,
  rbacNoEscalation,
  rbacNoClusterWideDelete,
  namespaceRestricted,
  networkPolicies,
  networkPolicyPerWorkload,
  loadBudget,
  targetBudget,
  loadCost,
  probeHeadroom,
  loadSwitch,
  chaosOptIn,
  chaosMinReady,
  chaosQuietHours,
  chaosKillSwitch,
  chaosNeverSystem,
  chaosExperiments,
];
