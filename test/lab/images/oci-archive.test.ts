import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { extract, type Header } from 'tar-stream';
import { commonEntries, type LayerEntry } from '../../../lab/images/layer';
import { writeArchive, type ImageConfig } from '../../../lab/images/oci-archive';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'image-test-'))));
afterEach(() => rmSync(directory, { recursive: true }));

const config: ImageConfig = {
  reference: 'continuous-load.lab/thing:0123456789ab',
  user: '65532:65532',
  entrypoint: ['/bin/thing', 'run'],
  workingDirectory: '/work',
  environment: { HOME: '/tmp' },
};
const program = (): LayerEntry => ({ path: '/bin/thing', mode: 0o755, source: join(directory, 'thing') });
const entries = (): LayerEntry[] => [
  program(),
  ...commonEntries,
  { path: '/work', mode: 0o755, owner: 65532 },
];

interface Unpacked {
  header: Header;
  content: Buffer;
}
async function unpack(stream: Readable): Promise<Map<string, Unpacked>> {
  const found = new Map<string, Unpacked>();
  const reader = extract();
  stream.pipe(reader);
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
    found.set(entry.header.name, { header: entry.header, content: Buffer.concat(chunks) });
  }
  return found;
}
const sha256 = (content: Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;

/** Follows the layout from its index down to the layer, checking every digest and size on the way. */
async function read(file: string) {
  const archive = await unpack(createReadStream(file));
  const blob = ({ digest, size }: { digest: string; size: number }): Buffer => {
    const content = archive.get(`blobs/${digest.replace(':', '/')}`)?.content;
    if (!content) throw new Error(`no blob ${digest}`);
    expect(sha256(content)).toBe(digest);
    expect(content).toHaveLength(size);
    return content;
  };
  const json = (content: Buffer | undefined): any => JSON.parse((content ?? Buffer.from('')).toString());
  const index = json(archive.get('index.json')?.content);
  const manifest = json(blob(index.manifests[0]));
  const image = json(blob(manifest.config));
  const layer = blob(manifest.layers[0]);
  return { archive, index, manifest, image, layer, files: await unpack(Readable.from([layer])) };
}

test('is an OCI layout with one uncompressed layer', async () => {
  writeFileSync(join(directory, 'thing'), 'program');
  const file = join(directory, 'image.tar');
  const { digest } = await writeArchive(file, config, entries());
  const { archive, index, manifest, image, layer } = await read(file);
  expect(JSON.parse(archive.get('oci-layout')!.content.toString())).toEqual({ imageLayoutVersion: '1.0.0' });
  expect(index.manifests).toHaveLength(1);
  expect(index.manifests[0].digest).toBe(digest);
  expect(index.manifests[0].annotations['io.containerd.image.name']).toBe(config.reference);
  expect(manifest.layers).toHaveLength(1);
  expect(manifest.layers[0].mediaType).toBe('application/vnd.oci.image.layer.v1.tar');
  expect(image.rootfs.diff_ids).toEqual([sha256(layer)]);
  expect(image.config).toMatchObject({
    User: '65532:65532',
    Entrypoint: ['/bin/thing', 'run'],
    WorkingDir: '/work',
  });
  expect(image.config.Env).toContain('HOME=/tmp');
});

test('the layer holds program, users, /tmp and owned directories, sorted, at time 0', async () => {
  writeFileSync(join(directory, 'thing'), 'program');
  const file = join(directory, 'image.tar');
  await writeArchive(file, config, entries());
  const { archive, files } = await read(file);
  const names = [...files.keys()];
  expect(names).toEqual(['bin/', 'bin/thing', 'etc/', 'etc/group', 'etc/passwd', 'tmp/', 'work/']);
  const modes = Object.fromEntries(
    [...files].map(([name, { header }]) => [name, `${header.mode.toString(8)} ${header.uid}`]),
  );
  expect(modes).toMatchObject({
    'bin/thing': '755 0',
    'tmp/': '1777 0',
    'work/': '755 65532',
    'etc/passwd': '644 0',
  });
  expect(files.get('bin/thing')!.content.toString()).toBe('program');
  expect(files.get('etc/passwd')!.content.toString()).toContain('nonroot:x:65532:65532:');
  for (const { header } of [...files.values(), ...archive.values()]) {
    expect(header.mtime.getTime()).toBe(0);
    expect(header.uname + header.gname).toBe('');
  }
});

test('equal input gives equal bytes, whenever and in whatever order it is written', async () => {
  const [first, second] = [join(directory, 'a.tar'), join(directory, 'b.tar')];
  writeFileSync(join(directory, 'thing'), 'program');
  await writeArchive(first, config, entries());
  utimesSync(join(directory, 'thing'), 1, 1);
  await writeArchive(second, config, entries().reverse());
  expect(readFileSync(first).equals(readFileSync(second))).toBe(true);
  writeFileSync(join(directory, 'thing'), 'Program');
  await writeArchive(second, config, entries());
  expect(readFileSync(first).equals(readFileSync(second))).toBe(false);
});

test('a large program is streamed at the speed of its target: memory stays far below its size', async () => {
  const megabytes = 192;
  writeFileSync(join(directory, 'thing'), 'x');
  truncateSync(join(directory, 'thing'), megabytes << 20);
  // A pipe that nobody reads yet: without back-pressure all of the program would pile up before it.
  const pipe = join(directory, 'image.tar');
  execFileSync('mkfifo', [pipe]);
  const writing = writeArchive(pipe, config, entries());
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  // Only what survives a collection is held; garbage that waits for one depends on how busy the machine is.
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const held = process.memoryUsage().arrayBuffers;
  let bytes = 0;
  for await (const chunk of createReadStream(pipe) as AsyncIterable<Buffer>) bytes += chunk.length;
  await writing;
  expect(bytes).toBeGreaterThan(megabytes << 20);
  expect(held).toBeLessThan((megabytes / 2) << 20);
});

test('a missing program is an error, not a hang', async () => {
  await expect(writeArchive(join(directory, 'image.tar'), config, entries())).rejects.toThrow(/ENOENT/);
});

test.each(['Program', 'programs', 'prog'])(
  'a program that changes while it is written (%s) is an error, not a hang',
  async (later) => {
    writeFileSync(join(directory, 'thing'), 'program');
    writeFileSync(join(directory, 'later'), later);
    let reads = 0;
    const changing: LayerEntry = {
      path: '/bin/thing',
      mode: 0o755,
      get source() {
        // Looked at once per pass.
        return join(directory, ++reads === 1 ? 'thing' : 'later');
      },
    };
    await expect(writeArchive(join(directory, 'image.tar'), config, [changing])).rejects.toThrow(
      /changed while|mismatch/i,
    );
  },
);
