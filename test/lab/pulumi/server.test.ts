import { status } from '@grpc/grpc-js';
import * as pb from '@pulumi/pulumi/proto/provider_pb';
import { Status } from '@pulumi/pulumi/proto/status_pb';
import { checkResponse, diffResponse, fromStruct, grpcError, toStruct } from '../../../lab/pulumi/messages';
import { type Operation, type Provider, providerService, Unfinished } from '../../../lab/pulumi/server';

test('an unfinished resource travels with its id, inputs, outputs and reasons', () => {
  const error = grpcError(
    new Unfinished('a/b', { inputs: { i: 1 }, outputs: { o: 2 } }, ['late', 'no pods']),
  );
  expect(error.code).toBe(status.UNKNOWN);
  const [bytes] = error.metadata!.get('grpc-status-details-bin');
  const any = Status.deserializeBinary(bytes as Buffer).getDetailsList()[0]!;
  expect(any.getTypeName()).toBe('pulumirpc.ErrorResourceInitFailed');
  const detail = pb.ErrorResourceInitFailed.deserializeBinary(any.getValue_asU8());
  expect(detail.getId()).toBe('a/b');
  expect(detail.getReasonsList()).toEqual(['late', 'no pods']);
  expect(fromStruct(detail.getInputs())).toEqual({ i: 1 });
  expect(fromStruct(detail.getProperties())).toEqual({ o: 2 });
});

test('a diff tells each path, and what replaces', () => {
  const response = diffResponse({
    changes: [
      { path: 'spec.a[0]', kind: 'add' },
      { path: 'metadata["b.c"]', kind: 'update', replace: true },
    ],
    deleteBeforeReplace: true,
  });
  expect(response.getChanges()).toBe(pb.DiffResponse.DiffChanges.DIFF_SOME);
  expect(response.getDiffsList()).toEqual(['spec', 'metadata']);
  expect(response.getReplacesList()).toEqual(['metadata["b.c"]']);
  expect(response.getDeletebeforereplace()).toBe(true);
  expect(response.getDetaileddiffMap().get('spec.a[0]')?.getKind()).toBe(pb.PropertyDiff.Kind.ADD);
  expect(response.getDetaileddiffMap().get('metadata["b.c"]')?.getKind()).toBe(
    pb.PropertyDiff.Kind.UPDATE_REPLACE,
  );
  expect(diffResponse({ changes: [] }).getChanges()).toBe(pb.DiffResponse.DiffChanges.DIFF_NONE);
  expect(
    checkResponse({ inputs: {}, failures: [{ property: 'p', reason: 'r' }] }).getFailuresList(),
  ).toHaveLength(1);
});

test('the service passes preview, timeout and cancellation on, and refuses secrets', async () => {
  const seen: Operation[] = [];
  const provider: Provider = {
    name: 'x',
    version: '1.0.0',
    check: async (_r, _o, inputs) => ({ inputs }),
    diff: async () => ({ changes: [] }),
    create: async (operation, inputs) => {
      seen.push(operation);
      operation.status('working');
      return { id: 'i', outputs: inputs };
    },
    read: async () => undefined,
    update: async () => ({}),
    delete: async () => undefined,
  };
  const said: string[] = [];
  const service: any = providerService(provider, (urn, severity, message) =>
    said.push(`${urn.split('::').pop()} ${severity} ${message}`),
  );
  const call = (method: string, request: unknown) =>
    new Promise<any>((resolve, reject) =>
      service[method]({ request }, (error: Error | null, response: unknown) =>
        error ? reject(error) : resolve(response),
      ),
    );
  expect((await call('handshake', new pb.ProviderHandshakeRequest())).getAcceptSecrets()).toBe(false);
  expect((await call('configure', new pb.ConfigureRequest())).getAcceptsecrets()).toBe(false);
  const request = new pb.CreateRequest();
  request.setUrn('urn:pulumi:s::p::t:m:Parent$t:m:T::n');
  request.setPreview(true);
  request.setTimeout(7);
  request.setProperties(toStruct({ a: 1 }));
  expect(fromStruct((await call('create', request)).getProperties())).toEqual({ a: 1 });
  expect(seen[0]).toMatchObject({ type: 't:m:T', name: 'n', preview: true, timeoutSeconds: 7 });
  expect(said).toEqual(['n info working']);
  await call('cancel', undefined);
  expect(seen[0]!.signal.aborted).toBe(true);
  const gone = await call('read', new pb.ReadRequest());
  expect(gone.getId()).toBe('');
  await expect(call('invoke', new pb.InvokeRequest())).rejects.toMatchObject({
    details: expect.stringContaining('no functions'),
  });
});
