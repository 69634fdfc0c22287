// Waiting for both sides of a pair at once: poll(2), for frames that came and for room to send.
// Apart from the poll of rings that only listen because what is waited for changes from call to call.
// Always holds: a socket error is taken off the socket as soon as poll reports it; nothing is allocated by a wait.

import { StrayError } from "../../errors.js";
import { errnoNumber, errnoText, libc } from "../../system/libc.js";
import { takeSocketError } from "./ring-poll.js";
import { POLLERR } from "./tpacket.js";
import type { WireHandle } from "./wire-handle.js";

/** struct pollfd (poll.h): i32 fd, i16 events, i16 revents. */
const POLLFD_BYTES = 8;
const EVENTS_OFFSET = 4;
const REVENTS_OFFSET = 6;
/** poll ignores entries with a negative descriptor. */
const IGNORED = -1;

export class WirePoll {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly interrupted = errnoNumber("EINTR");

  constructor(private readonly handles: readonly WireHandle[]) {
    this.bytes = new Uint8Array(handles.length * POLLFD_BYTES);
    this.view = new DataView(this.bytes.buffer);
    handles.forEach(({ fd }, index) => {
      this.view.setInt32(index * POLLFD_BYTES, fd, true);
    });
  }

  /**
   * Waits until a side has what is `wanted` of it (POLLIN, POLLOUT, 0 for nothing), or an error, or `timeoutMs` have
   * passed; false: nothing happened (also when a signal cut the wait short).
   * @throws StrayError POLL_FAILED when the kernel refuses to wait (out of memory).
   */
  wait(wanted: readonly number[], timeoutMs: number): boolean {
    for (let side = 0; side < this.handles.length; side++) {
      this.view.setInt16(side * POLLFD_BYTES + EVENTS_OFFSET, wanted[side] ?? 0, true);
      this.view.setInt16(side * POLLFD_BYTES + REVENTS_OFFSET, 0, true);
    }
    const ready = libc().poll(this.bytes, this.handles.length, timeoutMs);
    if (ready < 0) {
      if (-ready !== this.interrupted)
        throw new StrayError("POLL_FAILED", `poll on the packet rings: ${errnoText(ready)}`);
      return false;
    }
    for (let side = 0; ready > 0 && side < this.handles.length; side++) {
      if ((this.revents(side) & POLLERR) !== 0) takeSocketError(this.handles[side]!);
    }
    return ready > 0;
  }

  /** What the last wait() found for that side: POLLIN, POLLOUT, POLLERR, POLLHUP, POLLNVAL, or 0. */
  revents(side: number): number {
    return this.view.getInt16(side * POLLFD_BYTES + REVENTS_OFFSET, true);
  }

  /** That side is waited for no longer. */
  ignore(side: number): void {
    this.view.setInt32(side * POLLFD_BYTES, IGNORED, true);
  }
}
