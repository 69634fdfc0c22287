// A simulated file system with one path: writes that wait, come short or fail, a path that is moved away.
// Apart from the simulated peers because only line files need it.
// Always holds: bytes are copied when the write happens, as a kernel would; every call happens when the test says so.

import type { FileId, FileSystem } from "../../../host/export/file-system.js";
import { systemError } from "../../../host/export/problem.js";

interface Inode {
  readonly id: FileId;
  content: string;
}

export class SimulatedFiles implements FileSystem {
  /** Every file that the path ever led to, oldest first. */
  readonly inodes: Inode[] = [];
  private current: Inode | undefined;
  private readonly open_ = new Map<number, Inode>();
  private readonly waiting: (() => void)[] = [];
  private nextFd = 3;
  /** What open() and write() answer, undefined for success. */
  openCode: string | undefined;
  writeCode: string | undefined;
  /** Bytes that a write takes at most. */
  writeMax = Number.POSITIVE_INFINITY;
  private isFile = true;

  get openFiles(): number {
    return this.open_.size;
  }

  get pending(): number {
    return this.waiting.length;
  }

  /** The path leads nowhere now; an open file stays open. */
  moveAway(): void {
    this.current = undefined;
  }

  makePipe(): void {
    this.isFile = false;
  }

  /** Puts a file with this content there. */
  put(content: string): void {
    this.current = { id: { dev: 1, ino: this.inodes.length + 1, isFile: this.isFile }, content };
    this.inodes.push(this.current);
  }

  /** Lets the oldest calls happen, `count` at most. */
  run(count = this.waiting.length): void {
    for (let left = Math.min(count, this.waiting.length); left > 0; left--) this.waiting.shift()!();
  }

  open(
    _path: string,
    done: (error: Error | undefined, fd: number, id: FileId, endsInLine: boolean) => void,
  ): void {
    this.waiting.push(() => {
      const none = { dev: 0, ino: 0, isFile: false };
      if (this.openCode !== undefined) return done(systemError(this.openCode), -1, none, true);
      if (this.current === undefined) this.put("");
      const inode = this.current!;
      const fd = this.nextFd++;
      this.open_.set(fd, inode);
      done(undefined, fd, inode.id, inode.content === "" || inode.content.endsWith("\n"));
    });
  }

  write(
    fd: number,
    bytes: Uint8Array,
    at: number,
    size: number,
    done: (error: Error | undefined, written: number) => void,
  ): void {
    this.waiting.push(() => {
      const { writeMax, writeCode } = this;
      const inode = this.open_.get(fd);
      if (inode === undefined) return done(systemError("EBADF"), 0);
      if (writeCode !== undefined) return done(systemError(writeCode), 0);
      const written = Math.min(size, writeMax);
      inode.content += Buffer.from(bytes.subarray(at, at + written)).toString("latin1");
      done(undefined, written);
    });
  }

  identify(_path: string, done: (error: Error | undefined, id: FileId) => void): void {
    this.waiting.push(() => {
      if (this.current === undefined) done(systemError("ENOENT"), { dev: 0, ino: 0, isFile: false });
      else done(undefined, this.current.id);
    });
  }

  close(fd: number, done: () => void): void {
    this.open_.delete(fd);
    this.waiting.push(done);
  }
}
