// Entry of a plugin that stands in for the provider named by the first argument.
import { serve } from '../server';
import { TypedProvider } from './typed-provider';

const [name = '', ...rest] = process.argv.slice(2);
serve(new TypedProvider(name), rest);
