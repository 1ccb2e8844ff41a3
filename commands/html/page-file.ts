import { closeSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { makePrivate } from '../../lab/directories';
import { stackDirectory } from '../stack/stack';
import { Failure } from '../terminal/failure';

/** Where the page of a stack goes when nobody says where: beside its kubeconfig; `down` removes it. */
export function defaultPage(stack: string): string {
  return join(stackDirectory(stack), 'status.html');
}

/**
 * A file that will be written whole or not at all. It is opened at once, so that a place that cannot be written costs no queries;
 * `discard` leaves what was there before.
 */
export class PageFile {
  private constructor(
    readonly path: string,
    private readonly temporary: string,
    private readonly descriptor: number,
  ) {}

  /**
   * Opens the page of a stack: FILE, relative to where npm was called, or the default one. Throws a Failure when FILE does not end with
   * `.html`, is a directory, or cannot be written.
   */
  static open(stack: string, file?: string): PageFile {
    if (file !== undefined) return PageFile.at(file, `npm run status ${file} -- --html FILE.html`);
    const path = defaultPage(stack);
    makePrivate(dirname(path));
    return PageFile.create(path);
  }

  /**
   * Opens FILE, relative to where npm was called; `meant` is the command that was meant where it is a stack's name. Throws a Failure as
   * `open` does.
   */
  static at(file: string, meant: string): PageFile {
    if (!/\.html?$/i.test(file))
      throw new Failure(`--html: '${file}' does not end with .html. Name the stack before it: \`${meant}\`.`);
    return PageFile.create(resolve(process.env['INIT_CWD'] ?? process.cwd(), file));
  }

  private static create(path: string): PageFile {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
      throw new Failure(`--html: ${path} is a directory. Name a file in it.`);
    const temporary = `${path}.${process.pid}.new`;
    try {
      return new PageFile(path, temporary, openSync(temporary, 'w'));
    } catch (error) {
      throw new Failure(`--html: ${path} cannot be written: ${reasonOf(error, temporary, path)}.`);
    }
  }

  /** Puts the page in place. Throws a Failure when the disk does not take it. */
  write(text: string): void {
    try {
      const bytes = Buffer.from(text);
      for (let done = 0; done < bytes.length;) done += writeSync(this.descriptor, bytes, done);
      closeSync(this.descriptor);
      renameSync(this.temporary, this.path);
    } catch (error) {
      rmSync(this.temporary, { force: true });
      throw new Failure(
        `--html: ${this.path} could not be written: ${reasonOf(error, this.temporary, this.path)}.`,
      );
    }
  }

  /** Forgets the page; nothing happens after `write`. */
  discard(): void {
    rmSync(this.temporary, { force: true });
  }
}

/** In the words of the system, of the file that the user knows. */
function reasonOf(error: unknown, temporary: string, path: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return `there is no directory ${dirname(path)}`;
  return message.replaceAll(temporary, path);
}
