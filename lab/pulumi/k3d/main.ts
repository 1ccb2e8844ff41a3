import { serve } from '../server';
import { provider } from './k3d-provider';

serve(provider);
