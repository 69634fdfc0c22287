// The file operations that the store needs, as promises.
// Apart so that tests can put a disk in their place that is full, slow, or breaks.
// Always holds: none of them blocks the main thread; each fails with a system error (`code`).

import { constants, type FileHandle, open, readdir, stat, statfs, unlink } from "node:fs/promises";

export interface StoreHandle {
  /** Bytes written, at `position` of the file; may be fewer than `length`. */
  write(bytes: Uint8Array, offset: number, length: number, position: number): Promise<number>;
  read(bytes: Uint8Array, offset: number, length: number, position: number): Promise<number>;
  truncate(size: number): Promise<void>;
  sync(): Promise<void>;
  /** Size, and whether the file still has a name. */
  stat(): Promise<{ size: number; nlink: number }>;
  close(): Promise<void>;
}

export interface StoreFs {
  /** Makes the file (mode 0640); EEXIST when it is there. */
  create(path: string): Promise<StoreHandle>;
  openExisting(path: string): Promise<StoreHandle>;
  list(directory: string): Promise<string[]>;
  size(path: string): Promise<number>;
  remove(path: string): Promise<void>;
  /** Bytes that this user may still write. */
  free(directory: string): Promise<number>;
  syncDirectory(directory: string): Promise<void>;
}

const FILE_MODE = 0o640;

function handleOf(handle: FileHandle): StoreHandle {
  return {
    write: async (bytes, offset, length, position) =>
      (await handle.write(bytes, offset, length, position)).bytesWritten,
    read: async (bytes, offset, length, position) =>
      (await handle.read(bytes, offset, length, position)).bytesRead,
    truncate: (size) => handle.truncate(size),
    sync: () => handle.sync(),
    stat: () => handle.stat(),
    close: () => handle.close(),
  };
}

export const nodeStoreFs: StoreFs = {
  create: async (path) => {
    const handle = await open(path, "wx", FILE_MODE);
    // Whatever the umask says: others of the group read the store.
    await handle.chmod(FILE_MODE).catch(() => undefined);
    return handleOf(handle);
  },
  openExisting: async (path) => handleOf(await open(path, constants.O_RDWR)),
  list: (directory) => readdir(directory),
  size: async (path) => (await stat(path)).size,
  remove: (path) => unlink(path),
  free: async (directory) => {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  },
  syncDirectory: async (directory) => {
    const handle = await open(directory, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};
