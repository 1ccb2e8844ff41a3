import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack, type Header, type Pack } from 'tar-stream';
import { imageUser } from './recipes';

/** A file, directory or (by `content`) small text in an image's only layer. */
export interface LayerEntry {
  /** Absolute path in the image. */
  readonly path: string;
  readonly mode: number;
  /** Owning user and group, default root. */
  readonly owner?: number;
  /** Path of the file on this machine. */
  readonly source?: string;
  readonly content?: string;
}

/** What every image has: a directory for temporary files and names for its users. */
export const commonEntries: readonly LayerEntry[] = [
  { path: '/tmp', mode: 0o1777 },
  {
    path: '/etc/passwd',
    mode: 0o644,
    content: `root:x:0:0:root:/:/sbin/nologin\nnonroot:x:${imageUser}:${imageUser}:nonroot:/tmp:/sbin/nologin\n`,
  },
  { path: '/etc/group', mode: 0o644, content: `root:x:0:\nnonroot:x:${imageUser}:\n` },
];

/** The SHA-256 (`sha256:<hex>`) and size in bytes of a stream's content. */
export interface Digest {
  readonly digest: string;
  readonly bytes: number;
}

/** Everything that makes two archives of equal content differ is fixed: time, owner, order. */
export function fixedHeader(name: string, header: Partial<Header> = {}): Partial<Header> & { name: string } {
  return { name, mode: 0o644, uid: 0, gid: 0, mtime: new Date(0), uname: '', gname: '', ...header };
}

/**
 * The layer as a tar stream: entries sorted by path, parent directories added, all times 0. Nothing of it is held in memory. The
 * stream is destroyed with the error when a source cannot be read.
 */
export function layerStream(entries: readonly LayerEntry[]): AsyncIterable<Buffer> {
  const stream = pack();
  write(stream, withParents(entries)).catch((error: unknown) => stream.destroy(error as Error));
  return stream as AsyncIterable<unknown> as AsyncIterable<Buffer>;
}

/** Reads a stream to its end for its digest and size. */
export async function digestOf(stream: AsyncIterable<Buffer>): Promise<Digest> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { digest: `sha256:${hash.digest('hex')}`, bytes };
}

async function write(stream: Pack, entries: readonly LayerEntry[]): Promise<void> {
  for (const { path, mode, owner = 0, source, content } of entries) {
    const common = { mode, uid: owner, gid: owner };
    const name = path.slice(1);
    if (source !== undefined) {
      const entry = stream.entry(fixedHeader(name, { ...common, size: (await stat(source)).size }));
      await pipeline(createReadStream(source, { highWaterMark: 1 << 20 }), entry);
    } else if (content !== undefined) {
      stream.entry(fixedHeader(name, common), content);
    } else {
      stream.entry(fixedHeader(`${name}/`, { ...common, type: 'directory' }));
    }
  }
  stream.finalize();
}

function withParents(entries: readonly LayerEntry[]): LayerEntry[] {
  const all = new Map(entries.map((entry) => [entry.path, entry]));
  for (const { path } of entries) {
    for (let parent = posix.dirname(path); parent !== '/'; parent = posix.dirname(parent)) {
      if (!all.has(parent)) all.set(parent, { path: parent, mode: 0o755 });
    }
  }
  return [...all.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
