import * as pulumi from '@pulumi/pulumi';
import { readSettings, type Settings } from '../../settings';
import { encodeConfig } from '../deploy';

/** The smallest cluster of each kind that a test needs. */
export const lab = { kind: 'lab' };
export const existing = { kind: 'existing', context: 'k3d-dev' };

/** What an existing cluster needs for the paths that end at our own programs. */
export const images = { k6: 'registry.example.org/k6:1', echo: 'registry.example.org/echo:1' };

/** Switches for `paths` that leave what an existing cluster can probe without images of one's own. */
export const stockPaths = Object.fromEntries(
  ['grpc-stream', 'websocket', 'dns', 'tcp', 'udp', 'api-server'].map((path) => [path, { enabled: false }]),
);

/** Raw sections, without their namespace. */
export type Sections = Readonly<Record<string, unknown>>;

/** Reads sections as a stack's; on a lab unless they say otherwise. The config is as the CLI would pass it. */
export function read(sections: Sections, stack = 'lab'): Settings {
  const keyed = Object.entries<unknown>({ cluster: lab, ...sections })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [`continuous-load:${key}`, value]);
  return readSettings(stack, encodeConfig(Object.fromEntries(keyed)));
}

/** The message by which sections are refused. Throws when they are accepted, or refused by anything but a RunError. */
export function refusal(sections: Sections, stack?: string): string {
  try {
    read(sections, stack);
  } catch (error) {
    if (!pulumi.RunError.isInstance(error)) throw error;
    return error.message;
  }
  throw new Error(`accepted: ${JSON.stringify(sections)}`);
}
