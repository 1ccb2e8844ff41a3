import { z } from 'zod';
import { flag, text } from './fields';
import { labelName } from './kubernetes-names';

/** The section `networkPolicies`. */
export const networkPoliciesSchema = z
  .strictObject({
    enabled: flag('write true where the cluster’s network keeps NetworkPolicies')
      .prefault(false)
      .describe(
        'Refuses in the product’s namespaces all traffic but what each workload needs; a lab made with it keeps the policies too.',
      ),
    readers: z
      .array(
        text({
          pattern: labelName,
          allowed: 'the name of a namespace',
          mend: 'name the namespace of whoever asks Prometheus, for example grafana',
        }),
      )
      .prefault([])
      .describe('Namespaces whose pods may ask Prometheus and Alertmanager, such as that of your Grafana.'),
  })
  .prefault({})
  .describe('Network policies: default deny, and for each workload what it needs.');
