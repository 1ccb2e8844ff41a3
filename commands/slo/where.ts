import { engineFor } from '../engine/engine';
import { notUp, stackOutputs } from '../engine/stack-outputs';
import { hasState } from '../engine/stack-state';
import { PrometheusApi } from '../signal/prometheus-api';
import type { Stack } from '../stack/stack';
import { Failure } from '../terminal/failure';
import type { Terminal } from '../terminal/verb';

/** A query over days of samples may take so long, in milliseconds: Prometheus gives up after two minutes by itself. */
const patienceMs = 130_000;

/**
 * The Prometheus of a stack: the one at a given address, else the one that its outputs name. Throws a Failure when the stack is not up or
 * tells no address.
 */
export async function prometheusOf(
  stack: Stack,
  address: string | undefined,
  { interruption }: Pick<Terminal, 'interruption'>,
): Promise<PrometheusApi> {
  if (address !== undefined) return new PrometheusApi(address, interruption.signal, patienceMs);
  const engine = await engineFor(stack);
  if (stack.isLab && !hasState(engine, stack)) throw notUp(stack);
  const { urls } = await stackOutputs(engine, stack);
  const url = urls?.['prometheus'];
  if (url === undefined)
    throw new Failure(
      `Stack ${stack.name} gives no address of Prometheus. Make a way to it and name it: --prometheus http://127.0.0.1:9090, after \`kubectl -n monitoring port-forward svc/NAME 9090\`.`,
    );
  return new PrometheusApi(url, interruption.signal, patienceMs);
}
