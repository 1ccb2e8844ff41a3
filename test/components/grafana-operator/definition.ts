import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { definitionsOf } from '../../../lab/toolchain/definitions';
import { findGo, runGo } from '../../../lab/toolchain/go';

interface Definition {
  readonly spec: {
    readonly versions: readonly { name: string; schema: { openAPIV3Schema: Record<string, unknown> } }[];
  };
}

/**
 * The schema by which an API server would check a GrafanaDashboard, of the pinned grafana-operator, as a parser that also refuses
 * fields that it does not name (the server drops them). Its module (1.5 MB) is downloaded the first time; throws a ToolchainError
 * without Go.
 */
export async function grafanaDashboardSchema(): Promise<z.ZodType> {
  const module = 'github.com/grafana/grafana-operator/v5';
  const go = await findGo([__dirname]);
  const { code, stdout, lines } = await runGo(go, ['mod', 'download', '-json', module], { cwd: __dirname });
  if (code !== 0) throw new Error(`${module} cannot be downloaded: ${lines.slice(-5).join(' ')}`);
  const { Dir } = JSON.parse(stdout) as { Dir: string };
  const file = join(Dir, 'config', 'crd', 'bases', 'grafana.integreatly.org_grafanadashboards.yaml');
  const [definition] = definitionsOf([readFileSync(file, 'utf8')]) as unknown as Definition[];
  const version = definition?.spec.versions.find(({ name }) => name === 'v1beta1');
  if (!version) throw new Error(`no version v1beta1 in ${file}`);
  return z.fromJSONSchema(closed(version.schema.openAPIV3Schema) as Parameters<typeof z.fromJSONSchema>[0]);
}

/** The schema without what JSON Schema does not know, every object with named properties closed to others. */
function closed(value: unknown, isProperties = false): unknown {
  if (Array.isArray(value)) return value.map((item) => closed(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([key]) => isProperties || (!key.startsWith('x-kubernetes-') && key !== 'format'),
  );
  const copy = Object.fromEntries(
    entries.map(([key, inner]) => [key, closed(inner, key === 'properties' && !isProperties)]),
  );
  return !isProperties && 'properties' in copy ? { ...copy, additionalProperties: false } : copy;
}
