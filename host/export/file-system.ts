// The five calls on files that line files need, so that tests can simulate full disks and slow ones.
// Apart because callbacks of node:fs, and what is asked of a file when it is opened, are details.
// Always holds: no call blocks the main thread; a file is created with mode 0640, a directory never.

import { close, constants, fstat, open, read, type Stats, stat, write } from "node:fs";

export interface FileId {
  readonly dev: number;
  readonly ino: number;
  /** A regular file. */
  readonly isFile: boolean;
}

export interface FileSystem {
  /** Opens for appending. `endsInLine` is false when the file's last byte is not a newline. */
  open(
    path: string,
    done: (error: Error | undefined, fd: number, id: FileId, endsInLine: boolean) => void,
  ): void;
  write(
    fd: number,
    bytes: Uint8Array,
    at: number,
    size: number,
    done: (error: Error | undefined, written: number) => void,
  ): void;
  identify(path: string, done: (error: Error | undefined, id: FileId) => void): void;
  close(fd: number, done: () => void): void;
}

const NEWLINE = 10;
const MODE = 0o640;
// O_NONBLOCK: a pipe without a reader must not hold a thread of the pool for ever.
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;
const NO_ID: FileId = { dev: 0, ino: 0, isFile: false };

export const nodeFileSystem: FileSystem = {
  open(path, done) {
    open(path, FLAGS, MODE, (error, fd) => {
      if (error) return done(error, -1, NO_ID, true);
      fstat(fd, (statError, stats) => {
        if (statError) return close(fd, () => done(statError, -1, NO_ID, true));
        lastByte(path, stats, (byte) => done(undefined, fd, idOf(stats), byte === NEWLINE));
      });
    });
  },
  write(fd, bytes, at, size, done) {
    write(fd, bytes, at, size, null, (error, written) => done(error ?? undefined, written ?? 0));
  },
  identify(path, done) {
    stat(path, (error, stats) => done(error ?? undefined, error ? NO_ID : idOf(stats)));
  },
  close(fd, done) {
    close(fd, () => done());
  },
};

function idOf(stats: Stats): FileId {
  return { dev: stats.dev, ino: stats.ino, isFile: stats.isFile() };
}

/** The file's last byte; a newline when the file is empty, is no file, or can't be read. */
function lastByte(path: string, stats: Stats, done: (byte: number) => void): void {
  if (!stats.isFile() || stats.size === 0) {
    done(NEWLINE);
    return;
  }
  open(path, constants.O_RDONLY, (error, fd) => {
    if (error) {
      done(NEWLINE);
      return;
    }
    const byte = new Uint8Array(1);
    read(fd, byte, 0, 1, stats.size - 1, (readError, count) => {
      close(fd, () => done(readError || count === 0 ? NEWLINE : byte[0]!));
    });
  });
}
