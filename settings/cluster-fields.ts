import { z } from 'zod';
import { leaf, text } from './fields';

/** Name of a cluster, of which other names are made. */
export const clusterName = text({
  pattern: /^[a-z][a-z0-9-]{0,18}[a-z0-9]$/,
  allowed: 'a name of 2 to 20 lower-case letters, digits and dashes that begins with a letter',
  mend: 'write for example lab',
});

/** The field `kind` of one kind of cluster. */
export const clusterKind = <const Kind extends string>(value: Kind) =>
  leaf({
    allowed: value,
    mend: `write ${value}`,
    parse: (raw) => (raw === value ? value : undefined),
  });

const url = (example: string) =>
  text({
    pattern: /^https?:\/\/[^\s/]+/,
    allowed: 'an http or https address that this machine reaches',
    mend: `write for example ${example}`,
  }).optional();

/** Where `npm run status` finds the stack's APIs: an ingress of the user's own, or a port-forward. */
export const clusterUrls = z
  .strictObject({
    prometheus: url('http://127.0.0.1:9090'),
    alertmanager: url('http://127.0.0.1:9093'),
    podinfo: url('http://127.0.0.1:9898'),
  })
  .prefault({});
