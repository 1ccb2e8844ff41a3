import type { Resource } from '../../policies/lib/objects';

/** A stack that a test changes: a copy, of which every object can be taken and edited in place. */
export class Editor {
  readonly resources: { urn: string; type: string; props: any }[];

  constructor(stack: readonly Resource[]) {
    // Dashboards are long, and no rule reads them.
    const judged = stack.filter(({ urn }) => !urn.includes('::dashboard-'));
    this.resources = JSON.parse(JSON.stringify(judged)); // objects of `structuredClone` are no `instanceof Object` in Jest
  }

  /** The only object of a kind and name, e.g. `Deployment target`. */
  get(kindAndName: string): any {
    const found = this.#all(kindAndName);
    if (found.length !== 1) throw new Error(`${found.length} of ${kindAndName}`);
    return found[0]!.props;
  }

  remove(kindAndName: string): void {
    const [gone] = this.#all(kindAndName);
    if (!gone) throw new Error(`no ${kindAndName}`);
    this.resources.splice(this.resources.indexOf(gone), 1);
  }

  add(
    object: { apiVersion: string; kind: string; metadata: { name: string } } & Record<string, unknown>,
  ): void {
    const group = object.apiVersion === 'v1' ? 'core/v1' : object.apiVersion;
    const type = `kubernetes:${group}:${object.kind}`;
    this.resources.push({
      urn: `urn:pulumi:test::test::${type}::${object.metadata.name}`,
      type,
      props: object,
    });
  }

  /** The pod of a Deployment, and its first container. */
  pod(deployment: string): any {
    return this.get(`Deployment ${deployment}`).spec.template.spec;
  }

  container(deployment: string): any {
    return this.pod(deployment).containers[0];
  }

  /** Every rule of the product. */
  rules(): any[] {
    return this.#groups().flatMap(({ rules }: any) => rules);
  }

  /** The alert, or recording rule, of a name and path. */
  rule(name: string, path?: string): any {
    const found = this.rules().find(
      ({ alert, record, labels }: any) =>
        [alert, record].includes(name) && (path === undefined || labels.path === path),
    );
    if (!found) throw new Error(`no rule ${name}`);
    return found;
  }

  removeRule(name: string, path?: string): void {
    const gone = this.rule(name, path);
    for (const group of this.#groups()) group.rules = group.rules.filter((rule: any) => rule !== gone);
  }

  /** Changes the JSON of a ConfigMap's `config.json`. */
  config(name: string, change: (config: any) => void): void {
    const { data } = this.get(`ConfigMap ${name}`);
    const config = JSON.parse(data['config.json']);
    change(config);
    data['config.json'] = JSON.stringify(config);
  }

  /** Of whichever operator the stack's rules are for. */
  #groups(): any[] {
    const objects = this.resources.filter(
      ({ type, urn }) => /:(PrometheusRule|ClusterRules)$/.test(type) && /::continuous-load[^:]*$/.test(urn),
    );
    if (objects.length === 0) throw new Error('no rules');
    return objects.flatMap(({ props }) => props.spec.groups);
  }

  #all(kindAndName: string) {
    const [kind, name] = kindAndName.split(' ');
    return this.resources.filter(
      ({ type, urn }) => new RegExp(`:${kind ?? ''}(Patch)?$`).test(type) && urn.endsWith(`::${name ?? ''}`),
    );
  }
}
