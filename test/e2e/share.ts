import { parseDocument } from 'yaml';
import type { Share, Suite } from './suites';

/** Host ports of the lab beside the stack's lie this far above its own. */
const portsApart = 10_000;

/** Whether a suite belongs to a share of them. */
export function isOf(share: Share, { share: own = 'first' }: Suite): boolean {
  return own === 'both' || own === share;
}

/** The config of a lab stack, for a stack beside it: a lab of another name, and other ports of the host. */
export function besideConfig(config: string, name: string): string {
  const document = parseDocument(config);
  const cluster = ['config', 'continuous-load:cluster'];
  document.setIn([...cluster, 'name'], name);
  const { ports = {} } = (document.toJS() as Config).config['continuous-load:cluster'];
  for (const [port, number] of Object.entries(ports))
    document.setIn([...cluster, 'ports', port], number + portsApart);
  return String(document);
}

interface Config {
  readonly config: { readonly 'continuous-load:cluster': { readonly ports?: Record<string, number> } };
}
