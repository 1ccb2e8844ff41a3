import { program } from './program';

// Pulumi calls an exported function and takes what it returns as the outputs of the stack.
export = program;
