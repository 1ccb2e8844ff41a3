import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';
import { digestOf, fixedHeader, layerStream, type Digest, type LayerEntry } from './layer';

/** What an image's configuration says besides its layer. */
export interface ImageConfig {
  /** The full reference it is imported under, such as `continuous-load.lab/k6:0123456789ab`. */
  readonly reference: string;
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
}

const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  // Uncompressed: the import is faster, and the layer's digest is its diff id.
  layer: 'application/vnd.oci.image.layer.v1.tar',
};

const processors: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/**
 * Writes an image of one layer as a tar in OCI image layout (https://github.com/opencontainers/image-spec, image-layout.md), which
 * `ctr images import` reads. Equal input gives equal bytes. The sources are read twice (digest first, then content), so nothing large
 * is held in memory; an Error is thrown when a source changed in between. Resolves to the manifest's digest and size.
 */
export async function writeArchive(
  file: string,
  config: ImageConfig,
  entries: readonly LayerEntry[],
): Promise<Digest> {
  const layer = await digestOf(layerStream(entries));
  const platform = { architecture: processors[process.arch] ?? process.arch, os: 'linux' };
  const configBlob = await jsonBlob({
    created: new Date(0).toISOString(),
    ...platform,
    config: {
      User: config.user,
      Env: [
        'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        ...environmentLines(config.environment),
      ],
      Entrypoint: config.entrypoint,
      WorkingDir: config.workingDirectory,
    },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
    history: [{ created: new Date(0).toISOString(), created_by: 'continuous-load lab' }],
  });
  const manifest = await jsonBlob({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: descriptor(mediaTypes.config, configBlob),
    layers: [descriptor(mediaTypes.layer, layer)],
  });
  const index = await jsonBlob({
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: [
      {
        ...descriptor(mediaTypes.manifest, manifest),
        platform,
        annotations: {
          'io.containerd.image.name': config.reference,
          'org.opencontainers.image.ref.name': config.reference.replace(/^.*:/, ''),
        },
      },
    ],
  });

  const archive = pack();
  const writing = pipeline(archive, createWriteStream(file));
  const filling = fill(archive, layer, entries, index.content, [configBlob, manifest]);
  // When one side fails the other must not wait for it for ever.
  filling.catch((error: unknown) => archive.destroy(error as Error));
  await Promise.all([filling, writing]);
  return { digest: manifest.digest, bytes: manifest.bytes };
}

interface Blob extends Digest {
  readonly content: Buffer;
}

async function fill(
  archive: Pack,
  layer: Digest,
  entries: readonly LayerEntry[],
  index: Buffer,
  blobs: readonly Blob[],
): Promise<void> {
  archive.entry(fixedHeader('oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  archive.entry(fixedHeader('index.json'), index);
  archive.entry(fixedHeader('blobs/', { type: 'directory', mode: 0o755 }));
  archive.entry(fixedHeader('blobs/sha256/', { type: 'directory', mode: 0o755 }));
  for (const blob of blobs) archive.entry(fixedHeader(blobName(blob)), blob.content);
  const entry = archive.entry(fixedHeader(blobName(layer), { size: layer.bytes }));
  const written = await digestOf(copying(layerStream(entries), entry));
  if (written.digest !== layer.digest) throw new Error('a program changed while its image was written');
  archive.finalize();
}

/** Passes chunks on while writing them to `target`, at the target's speed. */
async function* copying(
  source: AsyncIterable<Buffer>,
  target: NodeJS.WritableStream,
): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    if (!target.write(chunk)) await new Promise((resolve) => target.once('drain', resolve));
    yield chunk;
  }
  const finished = new Promise((resolve, reject) => target.once('finish', resolve).once('error', reject));
  target.end();
  await finished;
}

async function jsonBlob(value: unknown): Promise<Blob> {
  const content = Buffer.from(JSON.stringify(value));
  return { content, ...(await digestOf(Readable.from([content]))) };
}

function descriptor(
  mediaType: string,
  { digest, bytes }: Digest,
): { mediaType: string; digest: string; size: number } {
  return { mediaType, digest, size: bytes };
}

function blobName({ digest }: Digest): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function environmentLines(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment).map(([name, value]) => `${name}=${value}`);
}
