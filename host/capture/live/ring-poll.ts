// Waiting on several rings at once: poll(2), which blocks the calling (worker) thread.
// Apart from reading a ring because one wait covers all rings of a worker.
// Always holds: a socket error is taken off the socket as soon as poll reports it, so an interface that went away
// does not make poll return at once for ever; the error is kept where any thread finds it.

import { StrayError } from "../../errors.js";
import { errnoNumber, errnoText, libc } from "../../system/libc.js";
import type { RingHandle } from "./ring-handle.js";
import { POLLERR, POLLIN, POLLNVAL, SO_ERROR, SOL_SOCKET } from "./tpacket.js";

/** struct pollfd (poll.h): i32 fd, i16 events, i16 revents. */
const POLLFD_BYTES = 8;
const EVENTS_OFFSET = 4;
const REVENTS_OFFSET = 6;
/** poll ignores entries with a negative descriptor. */
const IGNORED = -1;

export class RingPoll {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly interrupted = errnoNumber("EINTR");

  constructor(private readonly handles: readonly RingHandle[]) {
    this.bytes = new Uint8Array(handles.length * POLLFD_BYTES);
    this.view = new DataView(this.bytes.buffer);
    handles.forEach(({ fd }, index) => {
      this.view.setInt32(index * POLLFD_BYTES, fd, true);
      this.view.setInt16(index * POLLFD_BYTES + EVENTS_OFFSET, POLLIN, true);
    });
  }

  /**
   * Waits until a ring has a block, a socket has an error, or `timeoutMs` have passed; false: nothing happened (also
   * when a signal cut the wait short).
   * @throws StrayError POLL_FAILED when the kernel refuses to wait (out of memory).
   */
  wait(timeoutMs: number): boolean {
    const ready = libc().poll(this.bytes, this.handles.length, timeoutMs);
    if (ready < 0) {
      if (-ready !== this.interrupted)
        throw new StrayError("POLL_FAILED", `poll on the packet rings: ${errnoText(ready)}`);
      this.handles.forEach((_, index) => {
        this.view.setInt16(index * POLLFD_BYTES + REVENTS_OFFSET, 0, true);
      });
      return false;
    }
    if (ready > 0) for (const [index, handle] of this.handles.entries()) this.attend(handle, index);
    return ready > 0;
  }

  /** What the last wait() found for ring `index`: POLLIN, POLLERR, POLLHUP, POLLNVAL, or 0. */
  revents(index: number): number {
    return this.view.getInt16(index * POLLFD_BYTES + REVENTS_OFFSET, true);
  }

  private attend(handle: RingHandle, index: number): void {
    const revents = this.revents(index);
    if ((revents & POLLERR) !== 0) takeSocketError(handle);
    // Closed under our hands: that would be reported for ever, too.
    if ((revents & POLLNVAL) !== 0) this.view.setInt32(index * POLLFD_BYTES, IGNORED, true);
  }
}

/** Takes the pending error off the socket (SO_ERROR, which clears it) and keeps it in the handle; 0 for none. */
export function takeSocketError(handle: Pick<RingHandle, "fd" | "error">): void {
  const value = new Uint8Array(4);
  const bytes = new Uint8Array([4, 0, 0, 0]);
  const done = libc().getsockopt(handle.fd, SOL_SOCKET, SO_ERROR, value, bytes);
  const errno = done < 0 ? -done : new DataView(value.buffer).getInt32(0, true);
  if (errno !== 0) Atomics.store(new Int32Array(handle.error), 0, errno);
}
