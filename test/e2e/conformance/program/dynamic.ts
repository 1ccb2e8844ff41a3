import * as pulumi from '@pulumi/pulumi';

const upper: pulumi.dynamic.ResourceProvider = {
  async create(inputs: { text: string }) {
    return { id: inputs.text, outs: { text: inputs.text, upper: inputs.text.toUpperCase() } };
  },
};

class Upper extends pulumi.dynamic.Resource {
  declare readonly upper: pulumi.Output<string>;
  constructor(name: string, text: string) {
    super(upper, name, { text, upper: undefined });
  }
}

/** A dynamic provider, which the engine starts through the shim beside the CLI. */
export function dynamic(): Record<string, unknown> {
  return {
    upper: new Upper('upper', 'quiet').upper,
    option: pulumi.runtime.isDryRun() ? 'dry' : process.execArgv.join(' '),
  };
}
