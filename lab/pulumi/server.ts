// The provider side of Pulumi's plugin protocol on the stubs of @pulumi/pulumi. Its own provider server passes no configuration,
// preview flag, old inputs or timeouts and returns no detailed diffs, which is too little for Kubernetes.
import * as grpc from '@grpc/grpc-js';
import { EngineClient } from '@pulumi/pulumi/proto/engine_grpc_pb';
import { LogRequest, LogSeverity } from '@pulumi/pulumi/proto/engine_pb';
import { ResourceProviderService, type IResourceProviderServer } from '@pulumi/pulumi/proto/provider_grpc_pb';
import * as pb from '@pulumi/pulumi/proto/provider_pb';
import { PluginInfo } from '@pulumi/pulumi/proto/plugin_pb';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import { exitWithEngine } from './engine-watch';
import { checkResponse, diffResponse, fromStruct, grpcError, toStruct } from './messages';
import type { Autonaming, CheckContext, Operation, Provider, Resource } from './provider';

export * from './provider';
export * from './values';

interface Named {
  getUrn(): string;
  getType(): string;
  getName(): string;
}

interface Running extends Named {
  getTimeout(): number;
  getPreview?(): boolean;
}

function resourceOf(request: Named): Resource {
  const urn = request.getUrn();
  const parts = urn.split('::');
  return {
    urn,
    type: request.getType() || (parts[2]?.split('$').pop() ?? ''),
    name: request.getName() || parts.slice(3).join('::'),
  };
}

function autonamingOf(request: pb.CheckRequest): Autonaming | undefined {
  const options = request.getAutonaming();
  if (!options) return undefined;
  const modes = ['propose', 'enforce', 'disable'] as const;
  return { name: options.getProposedName(), mode: modes[options.getMode()] };
}

function checkContextOf(request: pb.CheckRequest): CheckContext {
  const autonaming = autonamingOf(request);
  return {
    ...resourceOf(request),
    seed: request.getRandomseed_asU8(),
    ...(autonaming ? { autonaming } : {}),
  };
}

function unary<Q, R>(handle: (request: Q) => R | Promise<R>): grpc.handleUnaryCall<Q, R> {
  return (call, done) => {
    void (async () => handle(call.request))().then(
      (response) => done(null, response),
      (error: unknown) => done(grpcError(error)),
    );
  };
}

/** The gRPC methods of a provider; `log` is told what operations report. Exported for tests and embedding. */
export function providerService(
  provider: Provider,
  log: (urn: string, severity: 'info' | 'warning', message: string) => void,
): Partial<IResourceProviderServer> {
  const cancelled = new AbortController();
  const operationOf = (request: Running): Operation => ({
    ...resourceOf(request),
    preview: request.getPreview?.() ?? false,
    timeoutSeconds: request.getTimeout(),
    signal: cancelled.signal,
    status: (message) => log(request.getUrn(), 'info', message),
    warn: (message) => log(request.getUrn(), 'warning', message),
  });
  return {
    handshake: unary(() => {
      // Secrets are refused: the engine then sends plain values, and marks equally named outputs secret by itself.
      const response = new pb.ProviderHandshakeResponse();
      response.setAcceptSecrets(false);
      response.setAcceptResources(false);
      response.setAcceptOutputs(false);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    }),
    getPluginInfo: unary(() => {
      const response = new PluginInfo();
      response.setVersion(provider.version);
      return response;
    }),
    getSchema: unary(() => {
      const response = new pb.GetSchemaResponse();
      const { name, version, providerSchema } = provider;
      response.setSchema(JSON.stringify({ name, version, provider: providerSchema }));
      return response;
    }),
    getMapping: unary(() => new pb.GetMappingResponse()),
    getMappings: unary(() => new pb.GetMappingsResponse()),
    attach: unary(() => new Empty()),
    cancel: unary(async () => {
      cancelled.abort();
      await provider.cancel?.();
      return new Empty();
    }),
    checkConfig: unary(async (request: pb.CheckRequest) => {
      const news = fromStruct(request.getNews());
      return checkResponse(
        (await provider.checkConfig?.(fromStruct(request.getOlds()), news)) ?? { inputs: news },
      );
    }),
    diffConfig: unary((request: pb.DiffRequest) =>
      diffResponse(
        provider.diffConfig?.(
          fromStruct(request.getOldInputs() ?? request.getOlds()),
          fromStruct(request.getNews()),
        ) ?? {
          changes: [],
        },
      ),
    ),
    configure: unary(async (request: pb.ConfigureRequest) => {
      await provider.configure?.(fromStruct(request.getArgs()));
      const response = new pb.ConfigureResponse();
      response.setSupportspreview(true);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    }),
    check: unary(async (request: pb.CheckRequest) =>
      checkResponse(
        await provider.check(
          checkContextOf(request),
          fromStruct(request.getOlds()),
          fromStruct(request.getNews()),
        ),
      ),
    ),
    diff: unary(async (request: pb.DiffRequest) =>
      diffResponse(
        await provider.diff(
          {
            ...resourceOf(request),
            id: request.getId(),
            warn: (message) => log(request.getUrn(), 'warning', message),
          },
          { inputs: fromStruct(request.getOldInputs()), outputs: fromStruct(request.getOlds()) },
          fromStruct(request.getNews()),
        ),
      ),
    ),
    create: unary(async (request: pb.CreateRequest) => {
      const { id, outputs } = await provider.create(
        operationOf(request),
        fromStruct(request.getProperties()),
      );
      const response = new pb.CreateResponse();
      response.setId(id);
      response.setProperties(toStruct(outputs));
      return response;
    }),
    read: unary(async (request: pb.ReadRequest) => {
      const id = request.getId();
      const state = { inputs: fromStruct(request.getInputs()), outputs: fromStruct(request.getProperties()) };
      const found = await provider.read({ ...operationOf(request), id }, state);
      const response = new pb.ReadResponse(); // without an id: the resource is gone
      if (found) {
        response.setId(found.id ?? id);
        response.setInputs(toStruct(found.inputs));
        response.setProperties(toStruct(found.outputs));
      }
      return response;
    }),
    update: unary(async (request: pb.UpdateRequest) => {
      const state = { inputs: fromStruct(request.getOldInputs()), outputs: fromStruct(request.getOlds()) };
      const operation = { ...operationOf(request), id: request.getId() };
      const response = new pb.UpdateResponse();
      response.setProperties(
        toStruct(await provider.update(operation, state, fromStruct(request.getNews()))),
      );
      return response;
    }),
    delete: unary(async (request: pb.DeleteRequest) => {
      const state = {
        inputs: fromStruct(request.getOldInputs()),
        outputs: fromStruct(request.getProperties()),
      };
      await provider.delete({ ...operationOf(request), id: request.getId() }, state);
      return new Empty();
    }),
    invoke: unary(async (request: pb.InvokeRequest) => {
      if (!provider.invoke) throw new Error(`${request.getTok()}: ${standIn(provider)} has no functions`);
      const response = new pb.InvokeResponse();
      response.setReturn(toStruct(await provider.invoke(request.getTok(), fromStruct(request.getArgs()))));
      return response;
    }),
    construct: unary((request: pb.ConstructRequest): pb.ConstructResponse => {
      throw new Error(
        `${request.getType()}: ${standIn(provider)} has no components; install the official plugin`,
      );
    }),
  };
}

function standIn(provider: Provider): string {
  return `the lab's own ${provider.name} provider`;
}

/**
 * Serves a provider to the engine that started this process: prints the port, and ends at SIGINT, SIGTERM or when the engine
 * is gone. The engine's address is the last argument that is no flag.
 */
export function serve(provider: Provider, argv: readonly string[] = process.argv.slice(2)): void {
  const engineAddress = argv.filter((argument) => !argument.startsWith('-')).pop();
  const engine = engineAddress
    ? new EngineClient(engineAddress, grpc.credentials.createInsecure())
    : undefined;
  const log = (urn: string, severity: 'info' | 'warning', message: string): void => {
    const request = new LogRequest();
    request.setSeverity(severity === 'info' ? LogSeverity.INFO : LogSeverity.WARNING);
    request.setUrn(urn);
    request.setMessage(message);
    request.setEphemeral(severity === 'info');
    engine?.log(request, () => undefined); // a lost message is no reason to fail
  };
  const server = new grpc.Server({
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
  });
  server.addService(ResourceProviderService, providerService(provider, log) as IResourceProviderServer);
  server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) {
      console.error(error.message);
      process.exit(1);
    }
    process.stdout.write(`${port}\n`);
  });
  exitWithEngine(engineAddress);
}
