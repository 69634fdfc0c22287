// What the sender knows of the other end: sessions that open, take messages and end.
// Apart so that UDP, TCP and unix sockets, and the simulated peers of tests, look alike to the queue.
// Always holds: a session answers `opened` at most once and `lost` at most once, nothing after `lost` or close().

/** Called with undefined when the kernel took the message, else with why it didn't. */
export type Sent = (error?: Error) => void;

export interface SessionEvents {
  /** `isNewStream`: the peer sees a stream it did not know (RFC 7011, section 3.1: numbers start again). */
  opened(text: string, isNewStream: boolean): void;
  /** The session is over. Messages whose `Sent` was not called were not taken by the kernel. */
  lost(reason: Error): void;
  /** The peer's address changed: open again at once. */
  moved(): void;
}

export interface Session {
  /**
   * Hands a message to the kernel; its bytes stay as they are until `sent`. Messages are taken in order.
   * EAGAIN: not now; EMSGSIZE: never.
   */
  send(message: Uint8Array, sent: Sent): void;
  /** Of the bytes taken, those that the peer has not confirmed; undefined when that can't be known. */
  unconfirmedBytes(): number | undefined;
  /** About ten times a second. */
  pulse(nowMs: number): void;
  /** Ends it; what the kernel took is still delivered where it can. `closed` is called once. */
  close(closed?: () => void): void;
}

export interface Peer {
  /** Shown in messages: `192.0.2.1:4739`, `/dev/log`. */
  readonly text: string;
  /** Messages are confirmed by the peer's kernel (TCP), else by a while without an error. */
  readonly isStream: boolean;
  /** Messages in the kernel's hands at once. */
  readonly window: number;
  /** After `burst` messages, and after EAGAIN, wait so long: what the peer buffers is small. 0: no pauses. */
  readonly burst: number;
  readonly pauseMs: number;
  /** A new session sends only its first message until so long passed without an error. */
  readonly settleMs: number;
  open(nowMs: number, events: SessionEvents): Session;
}
