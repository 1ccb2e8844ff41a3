import { dirname, join } from 'node:path';
import { command } from '../command';
import { programPath } from '../toolchain/toolchain';
import { labPaths } from './spec';

/** Runs kubectl against a lab as its administrator. */
export async function kubectl(name: string, args: readonly string[], input?: string): Promise<string> {
  const program = join(dirname(programPath('kube')), 'kubectl');
  return command(program, [`--kubeconfig=${labPaths(name).kubeconfig}`, ...args], { input });
}
