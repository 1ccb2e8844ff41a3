import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

const schemas = join(__dirname, '../../node_modules/@kubernetes-models/prometheus-operator/_schemas');
const prefix = 'ComGithubPrometheusOperatorPrometheusOperatorPkgApisMonitoring';

/** A type of the operator's definitions, e.g. `V1Prometheus`, `V1alpha1Route`, and what should be one. */
export type Claimed = readonly [type: string, value: unknown];

/**
 * What the operator's definitions (as the package `@kubernetes-models/prometheus-operator` compiles them) say against values: wrong types,
 * words and patterns, and what is missing; empty where nothing. Modules of that package are ES ones, which Jest does not load, so one
 * process of Node is asked for all.
 */
export function faultsOfKinds(values: readonly Claimed[]): string[] {
  const script = `
    const values = JSON.parse(await new Response(process.stdin).text());
    const found = [];
    for (const [type, value] of values) {
      const { validate } = await import(${JSON.stringify(pathToFileURL(`${schemas}/${prefix}`).href)} + type + '.js');
      if (!validate(value)) found.push(...validate.errors.map((one) => type + one.instancePath + ': ' + one.keyword + ' ' + JSON.stringify(one.params)));
    }
    console.log(JSON.stringify(found));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    input: JSON.stringify(values),
    encoding: 'utf8',
  });
  // The package asks claims for their type, which the definition does not, nor do the operator's own examples have it.
  return (JSON.parse(output) as string[]).filter(
    (fault) => !/volumeClaimTemplate: required .*"(apiVersion|kind)"/.test(fault),
  );
}
