// Entry of the plugin `pulumi-resource-kubernetes`.
import { serve } from '../server';
import { KubernetesProvider } from './kubernetes-provider';

serve(new KubernetesProvider());
