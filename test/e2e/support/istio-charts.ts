import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { runChild } from '../../../lab/toolchain/child';
import { findGo, runGo } from '../../../lab/toolchain/go';
import { programPath } from '../../../lab/toolchain/toolchain';

/** A chart of Istio's, as its repository calls it. */
export type ChartName = 'base' | 'istiod' | 'cni' | 'ztunnel';

/** An object as a chart renders it. */
export interface Rendered {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
  };
  // Tests look into objects of any kind.
  readonly [field: string]: any;
}

const directories: Readonly<Record<ChartName, string>> = {
  base: 'base',
  istiod: 'istio-control/istio-discovery',
  cni: 'istio-cni',
  ztunnel: 'ztunnel',
};

/** The directory with Istio's charts of the version that the lab's istiod is compiled from; Go fetches it where it is not there. */
export async function istioCharts(): Promise<string> {
  const cwd = join(__dirname, '../../../lab/toolchain/istio');
  const version = /istio\.io\/istio (v\S+)/.exec(readFileSync(join(cwd, 'go.mod'), 'utf8'))?.[1] ?? '';
  const go = await findGo([cwd]);
  const { code, stdout, lines } = await runGo(go, ['mod', 'download', '-json', `istio.io/istio@${version}`], {
    cwd,
  });
  if (code !== 0) throw new Error(lines.join('\n'));
  return join((JSON.parse(stdout) as { Dir: string }).Dir, 'manifests/charts');
}

/** What `helm template` makes of a chart in `charts` and values, as text; throws what Helm says against it. */
export async function template(
  charts: string,
  chart: ChartName,
  values: object,
  namespace = 'istio-system',
): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'charts-'));
  try {
    const file = join(directory, 'values.json');
    writeFileSync(file, JSON.stringify(values));
    const { code, stdout, lines } = await runChild(
      programPath('helm'),
      ['template', chart, join(charts, directories[chart]), '--namespace', namespace, '--values', file],
      {
        env: {
          ...process.env,
          HELM_CACHE_HOME: directory,
          HELM_CONFIG_HOME: directory,
          HELM_DATA_HOME: directory,
        },
      },
    );
    if (code !== 0) throw new Error(lines.join('\n'));
    return stdout;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The objects in what {@link template} makes. */
export function objectsIn(text: string): Rendered[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Rendered | null)
    .filter((object) => object !== null);
}
