import * as pulumi from '@pulumi/pulumi';
import type { DashboardArgs } from './args/dashboard';
import { product } from './product';

/** The dashboards of a load, for a Grafana that is somewhere else than the load: the same paths, targets and period are named here as there. */
export class Dashboard extends pulumi.ComponentResource {
  /** Paths of the dashboards' pages below the address of a Grafana, by their name. */
  readonly pages: pulumi.Output<Record<string, string>>;

  /** @throws pulumi.RunError with every mistake in the arguments, before anything is made. */
  constructor(name: string, args: DashboardArgs, opts?: pulumi.ComponentResourceOptions) {
    const checked = product.check('Dashboard', name, args, opts);
    super('continuous-load:index:Dashboard', name, {}, opts);
    this.pages = pulumi.output(product.dashboards(this, checked, args.namespace));
    this.registerOutputs({ pages: this.pages });
  }
}
