import { z } from 'zod';
import { leaf, text } from './fields';

/** Name of a cluster, of which other names are made. */
export const clusterName = text({
  pattern: /^[a-z][a-z0-9-]{0,18}[a-z0-9]$/,
  allowed: 'a name of 2 to 20 lower-case letters, digits and dashes that begins with a letter',
  mend: 'write for example lab',
});

/** What the field `name` means, in every kind of cluster. */
export const called = {
  description: 'Name of the cluster, which also labels what is measured.',
  leftOut: 'the stack’s',
};

/** The field `kind` of one kind of cluster. */
export const clusterKind = <const Kind extends string>(value: Kind) =>
  leaf({
    allowed: value,
    mend: `write ${value}`,
    words: [value],
    parse: (raw) => (raw === value ? value : undefined),
  }).describe('What kind of cluster it is; the other keys depend on it.');

const url = (example: string, what: string) =>
  text({
    pattern: /^https?:\/\/[^\s/]+/,
    allowed: 'an http or https address that this machine reaches',
    mend: `write for example ${example}`,
  })
    .optional()
    .describe(`Where this machine reaches ${what}.`);

/** Where `npm run status` finds the stack's APIs: an ingress of the user's own, or a port-forward. */
export const clusterUrls = z
  .strictObject({
    prometheus: url('http://127.0.0.1:9090', 'Prometheus, which status and the wait of up ask'),
    alertmanager: url('http://127.0.0.1:9093', 'Alertmanager'),
    podinfo: url('http://127.0.0.1:9898', 'source'),
  })
  .prefault({})
  .describe('Where this machine reaches the APIs: by an ingress of yours, or a port-forward.');
