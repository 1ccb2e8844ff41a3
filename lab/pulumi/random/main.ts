// Entry of the plugin `pulumi-resource-random`.
import { serve } from '../server';
import { RandomProvider } from './random-provider';

serve(new RandomProvider());
