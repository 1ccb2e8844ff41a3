import { allTexts, at, list, text } from '../lib/data';
import { objectRule } from '../lib/rule';
import { containers, workload } from '../lib/workloads';

/** Switches that turn the check of certificates off, as k6, Prometheus, kubectl and the operator call them. */
const switches =
  /insecure[-_]?skip[-_]?(tls[-_]?)?verify["']?\s*[:=]\s*["']?true|(^|\s)--insecure(-skip-tls-verify)?(\s|$)/i;
/** The same as variables of k6, Go programs and Node.js. */
const variables = [
  { name: /INSECURE_SKIP(_TLS)?_VERIFY$/, value: /^(true|1)$/i },
  { name: /^NODE_TLS_REJECT_UNAUTHORIZED$/, value: /^0$/ },
];
/** Kinds whose texts are read by programs. */
const kinds = ['ConfigMap', 'Secret', 'ServiceMonitor', 'PodMonitor', 'Probe'];

/** Certificates are checked: who does not, measures a path that no client takes. */
export const tlsVerified = objectRule({
  name: 'tls-verified',
  description: 'Nobody skips the verification of TLS certificates.',
  mend: 'Trust the CA instead (SSL_CERT_FILE, tls_config.ca_file).',
  level: 'mandatory',
  judge: (object) => {
    const pod = workload(object)?.pod;
    if (pod === undefined && !kinds.includes(object.kind)) return [];
    const flags = allTexts(object.value).filter(([, value]) => switches.test(value));
    const settings = pod === undefined ? JSON.stringify(at(object.value, 'spec') ?? null) : '';
    return [
      ...flags.map(([place, value]) => `${place} has ${switches.exec(value)?.[0].trim() ?? ''}`),
      ...(switches.test(settings) ? ['a tlsConfig has insecureSkipVerify true'] : []),
      ...containers(pod).flatMap(unchecked),
    ];
  },
});

function unchecked(container: unknown): string[] {
  return list(at(container, 'env')).flatMap((variable) => {
    const [name, value] = [text(at(variable, 'name')) ?? '', text(at(variable, 'value')) ?? ''];
    return variables.some((one) => one.name.test(name) && one.value.test(value))
      ? [`env has ${name}=${value}`]
      : [];
  });
}
