/**
 * What the provider itself may be given, as a schema says it: Pulumi YAML refuses a provider without one. The names and types are those of ProviderArgs in
 * @pulumi/kubernetes; what is made of nested values is left out.
 */
const inputs: Readonly<Record<string, 'string' | 'boolean'>> = {
  alwaysRender: 'boolean',
  cluster: 'string',
  clusterIdentifier: 'string',
  context: 'string',
  deleteUnreachable: 'boolean',
  enableConfigMapMutable: 'boolean',
  enablePatchForce: 'boolean',
  enableSecretMutable: 'boolean',
  enableServerSideApply: 'boolean',
  kubeconfig: 'string',
  namespace: 'string',
  renderYamlToDirectory: 'string',
  skipUpdateUnreachable: 'boolean',
  suppressDeprecationWarnings: 'boolean',
  suppressHelmHookWarnings: 'boolean',
  upsertExistingObjects: 'boolean',
};

/** The part `provider` of the package's schema. */
export const providerSchema = {
  inputProperties: Object.fromEntries(Object.entries(inputs).map(([name, type]) => [name, { type }])),
};
