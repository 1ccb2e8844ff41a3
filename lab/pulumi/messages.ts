import * as grpc from '@grpc/grpc-js';
import * as pb from '@pulumi/pulumi/proto/provider_pb';
import { Status } from '@pulumi/pulumi/proto/status_pb';
import { Any } from 'google-protobuf/google/protobuf/any_pb';
import type { Struct } from 'google-protobuf/google/protobuf/struct_pb';
import { type Checked, type Difference, Unfinished } from './provider';
import { fieldsOf, structOf } from './struct-codec';
import { plain, type Properties } from './values';

/** Properties of a protobuf struct, secrets and outputs unwrapped; an absent struct is empty. */
export function fromStruct(struct: Struct | undefined): Properties {
  return plain(struct ? fieldsOf(struct) : {}) as Properties;
}

/** Protobuf struct of properties; undefined values are left out. Secrets made by `secret()` stay secret. */
export function toStruct(properties: Properties): Struct {
  // Optional fields may hold undefined, which a struct cannot.
  return structOf(JSON.parse(JSON.stringify(properties)) as Properties);
}

/** Message of a check's answer. */
export function checkResponse({ inputs, failures = [] }: Checked): pb.CheckResponse {
  const response = new pb.CheckResponse();
  response.setInputs(toStruct(inputs));
  for (const { property, reason } of failures) {
    const failure = new pb.CheckFailure();
    failure.setProperty(property);
    failure.setReason(reason);
    response.addFailures(failure);
  }
  return response;
}

const kinds = {
  add: [pb.PropertyDiff.Kind.ADD, pb.PropertyDiff.Kind.ADD_REPLACE],
  delete: [pb.PropertyDiff.Kind.DELETE, pb.PropertyDiff.Kind.DELETE_REPLACE],
  update: [pb.PropertyDiff.Kind.UPDATE, pb.PropertyDiff.Kind.UPDATE_REPLACE],
} as const;

/** Message of a diff's answer, with details for every changed path. */
export function diffResponse({ changes, deleteBeforeReplace = false }: Difference): pb.DiffResponse {
  const response = new pb.DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = pb.DiffResponse.DiffChanges;
  response.setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setHasdetaileddiff(true);
  response.setDeletebeforereplace(deleteBeforeReplace);
  response.setDiffsList([...new Set(changes.map(({ path }) => path.split(/[.[]/)[0] ?? path))]);
  response.setReplacesList(changes.filter(({ replace }) => replace).map(({ path }) => path));
  for (const { path, kind, replace } of changes) {
    const detail = new pb.PropertyDiff();
    detail.setInputdiff(true);
    detail.setKind(kinds[kind][replace ? 1 : 0]);
    response.getDetaileddiffMap().set(path, detail);
  }
  return response;
}

/** gRPC form of an error; an `Unfinished` carries the resource that exists nevertheless, so that the engine keeps it. */
export function grpcError(error: unknown): Partial<grpc.StatusObject> {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof Unfinished)) {
    const details =
      process.env['PULUMI_PROVIDER_DEBUG'] && error instanceof Error ? (error.stack ?? message) : message;
    return { code: grpc.status.UNKNOWN, details };
  }
  const detail = new pb.ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setInputs(toStruct(error.state.inputs));
  detail.setProperties(toStruct(error.state.outputs));
  detail.setReasonsList([...error.reasons]);
  const any = new Any();
  any.pack(detail.serializeBinary(), 'pulumirpc.ErrorResourceInitFailed');
  const status = new Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(message);
  status.addDetails(any);
  const metadata = new grpc.Metadata();
  metadata.add('grpc-status-details-bin', Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details: message, metadata };
}
