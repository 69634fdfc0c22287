// The sender under a simulated peer and clock: what it promises a peer, and that every record is accounted for
// whatever the peer does.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MessageSender } from "../../../host/export/message-sender.js";
import type { SenderHooks } from "../../../host/export/sender-options.js";
import { type LogLine, logTo, type PeerShape, SimulatedClock, SimulatedPeer, settled } from "./simulated.js";

const STREAM: PeerShape = { isStream: true };
const DATAGRAM: PeerShape = { isStream: false, settleMs: 1_000, pauseMs: 2, burst: 3 };

function setUp(
  shape: PeerShape,
  { queueBytes = 4_096, hooks }: { queueBytes?: number; hooks?: SenderHooks } = {},
) {
  const clock = new SimulatedClock();
  const peer = new SimulatedPeer(shape);
  const lines: LogLine[] = [];
  const sender = new MessageSender({
    name: "test",
    peer,
    queueBytes,
    backoff: { minMs: 1_000, maxMs: 60_000 },
    log: logTo(lines),
    schedule: clock.schedule,
    random: () => 0.5,
    ...(hooks && { hooks }),
  });
  const pulse = async (ms = 100) => {
    clock.pass(ms);
    sender.pulse(clock.nowMs);
    await settled();
  };
  return { clock, peer, sender, lines, pulse };
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
const first = (message: string) => ({ bytes: bytes(message), records: 0 });
const bytes = (message: string): Uint8Array => Buffer.from(message, "latin1");

describe("a stream", () => {
  it("keeps messages until it is connected, then sends them in order", async () => {
    const { peer, sender, pulse, lines } = setUp(STREAM);
    for (const name of ["a", "b", "c"]) sender.push(bytes(name), 2);
    await pulse();
    expect(sender.state()).toEqual({ ok: false, text: "connecting to peer, 36 bytes wait" });
    peer.session!.accept();
    await pulse();
    peer.session!.take();
    expect(peer.all.map(text)).toEqual(["a", "b", "c"]);
    expect(sender.state()).toEqual({ ok: true, text: "connected to peer" });
    expect(sender.counters()).toMatchObject({ records: 6, messages: 3, bytes: 3, dropped: 0, reconnects: 0 });
    expect(lines.map(({ message }) => message)).toEqual(["test: connected to peer"]);
  });

  it("sends the preamble first in each session, and again what the kernel had not taken", async () => {
    const hooks: SenderHooks = { opened: () => [first("T1"), first("T2")] };
    const { peer, sender, pulse } = setUp({ ...STREAM, window: 2 }, { hooks });
    for (const name of ["a", "b", "c", "d"]) sender.push(bytes(name), 1);
    await pulse();
    peer.session!.accept();
    await pulse();
    peer.session!.take(); // T1, T2
    peer.session!.take(1); // a
    peer.session!.unconfirmed = 1;
    await pulse();
    peer.session!.lose("ECONNRESET");
    expect(sender.state().text).toBe("retry in 1 s: the peer reset the connection, 36 bytes wait");
    expect(sender.counters()).toMatchObject({ "maybe-lost": 1, errors: 1, dropped: 0 });
    await pulse(1_000);
    peer.session!.accept();
    await pulse();
    for (let i = 0; i < 5; i++) {
      peer.session!.take();
      await pulse();
    }
    expect(peer.received.map((session) => session.map(text))).toEqual([
      ["T1", "T2", "a"],
      ["T1", "T2", "b", "c", "d"],
    ]);
    expect(sender.counters()).toMatchObject({ records: 4, reconnects: 1, "maybe-lost": 1 });
  });

  it("counts as possibly lost what the other end had not acknowledged", async () => {
    const { peer, sender, pulse } = setUp({ ...STREAM, window: 10 });
    await pulse();
    peer.session!.accept();
    for (let i = 0; i < 10; i++) sender.push(bytes("0123456789"), 5);
    await pulse();
    peer.session!.take();
    peer.session!.unconfirmed = 25; // of 100 bytes: the last three messages
    await pulse();
    peer.session!.lose("EPIPE");
    expect(sender.counters()).toMatchObject({ records: 50, "maybe-lost": 15 });
  });

  it("gives up a connection whose bytes go nowhere for a minute", async () => {
    const { peer, sender, pulse } = setUp(STREAM);
    await pulse();
    peer.session!.accept();
    sender.push(bytes("a"), 1);
    await pulse();
    const { session } = peer;
    for (let i = 0; i < 50; i++) await pulse(1_000);
    expect(session!.isOver).toBe(false);
    for (let i = 0; i < 12; i++) await pulse(1_000);
    expect(session!.isOver).toBe(true);
    expect(peer.opens).toBe(2);
    peer.session!.accept();
    await pulse();
    peer.session!.take();
    expect(peer.all.map(text)).toEqual(["a"]);
  });

  it("backs off while it is refused, and begins anew after a good session", async () => {
    const { peer, clock, pulse } = setUp(STREAM);
    const tries: number[] = [];
    let lastMs = clock.nowMs;
    for (let i = 0; i < 2_000 && tries.length < 8; i++) {
      const before = peer.opens;
      await pulse();
      if (peer.opens > before) {
        tries.push(Math.round((clock.nowMs - lastMs) / 1000));
        lastMs = clock.nowMs;
        peer.session!.lose("ECONNREFUSED");
      }
    }
    // Three quarters of 1, 2, 4 … 60 s: the jitter is half-way.
    expect(tries).toEqual([0, 1, 2, 3, 6, 12, 24, 45]);
    await pulse(60_000);
    peer.session!.accept();
    await pulse(11_000);
    peer.session!.lose("EPIPE");
    const opens = peer.opens;
    await pulse(1_000);
    expect(peer.opens).toBe(opens + 1);
  });

  it("drops what does not fit, says so once, and tells how much", async () => {
    const { sender, pulse, lines, peer } = setUp(STREAM, { queueBytes: 64 });
    await pulse();
    for (let i = 0; i < 100; i++) sender.push(new Uint8Array(16), 3);
    expect(sender.counters()).toMatchObject({ dropped: 98 * 3 });
    expect(lines.filter(({ message }) => message.includes("full"))).toHaveLength(1);
    expect(sender.state().text).toMatch(/queue full$/);
    peer.session!.accept();
    await pulse();
    peer.session!.take();
    expect(sender.counters()).toMatchObject({ records: 6, dropped: 98 * 3 });
  });
});

describe("datagrams", () => {
  it("wait for a second without an error; the first message is the probe", async () => {
    const { peer, sender, pulse } = setUp(DATAGRAM);
    for (const name of ["a", "b", "c"]) sender.push(bytes(name), 1);
    await pulse();
    peer.session!.accept();
    await pulse();
    peer.session!.take();
    await pulse(500);
    expect(peer.all.map(text)).toEqual(["a"]);
    expect(sender.state().text).toBe("trying peer, 24 bytes wait");
    peer.session!.lose("ECONNREFUSED");
    expect(sender.counters()).toMatchObject({ "maybe-lost": 1 });
    await pulse(1_000);
    peer.session!.accept(false);
    await pulse();
    peer.session!.take();
    await pulse(1_000);
    peer.session!.take();
    expect(peer.all.map(text)).toEqual(["a", "b", "c"]);
    expect(sender.state()).toEqual({ ok: true, text: "sending to peer" });
  });

  it("are not held up by a clock set back", async () => {
    const { peer, sender, pulse, clock } = setUp(DATAGRAM);
    for (const name of ["a", "b"]) sender.push(bytes(name), 1);
    await pulse();
    peer.session!.accept();
    clock.nowMs -= 3_600_000;
    for (let i = 0; i < 12; i++) {
      await pulse();
      peer.session!.take();
    }
    expect(peer.all.map(text)).toEqual(["a", "b"]);
    peer.session!.lose("ECONNREFUSED");
    expect(sender.counters()).toMatchObject({ "maybe-lost": 1 });
  });

  it("pause after a burst, so that a receiver's small buffer can be emptied", async () => {
    const { peer, sender, pulse, clock } = setUp({ ...DATAGRAM, settleMs: 0 });
    await pulse();
    peer.session!.accept();
    for (let i = 0; i < 8; i++) sender.push(bytes(String(i)), 1);
    await pulse(0);
    const counts: number[] = [];
    for (let i = 0; i < 3; i++) {
      peer.session!.take();
      await settled();
      peer.session!.take();
      counts.push(peer.all.length);
      clock.pass(2);
    }
    peer.session!.take();
    expect(counts).toEqual([3, 6, 8]);
  });

  it("are tried again when the kernel is busy, and dropped when they are too long", async () => {
    const { peer, sender, pulse } = setUp({ ...DATAGRAM, settleMs: 0, window: 1 });
    await pulse();
    peer.session!.accept();
    for (const name of ["a", "b", "c"]) sender.push(bytes(name), 1);
    await pulse(0);
    peer.session!.refuse("EAGAIN");
    await settled();
    expect(peer.session!.pending).toBe(0);
    await pulse(2);
    peer.session!.take();
    await settled();
    peer.session!.refuse("EMSGSIZE");
    await settled();
    peer.session!.take();
    expect(peer.all.map(text)).toEqual(["a", "c"]);
    expect(sender.counters()).toMatchObject({ records: 2, dropped: 1, errors: 1 });
  });

  it("follow a peer that moved, templates first", async () => {
    const hooks: SenderHooks = { opened: (isNewStream) => [first(isNewStream ? "new" : "same")] };
    const { peer, sender, pulse } = setUp({ ...DATAGRAM, settleMs: 0 }, { hooks });
    await pulse();
    peer.session!.accept();
    await pulse();
    peer.session!.take();
    peer.session!.move();
    expect(peer.opens).toBe(2);
    sender.push(bytes("a"), 1);
    peer.session!.accept();
    await pulse();
    peer.session!.take();
    expect(peer.received.map((session) => session.map(text))).toEqual([["new"], ["new", "a"]]);
  });
});

describe("close", () => {
  it("sends what is held and ends the session", async () => {
    const { peer, sender, pulse, clock } = setUp({ ...STREAM, window: 1 });
    await pulse();
    peer.session!.accept();
    for (const name of ["a", "b", "c"]) sender.push(bytes(name), 1);
    let isClosed = false;
    const closing = sender.close().then(() => {
      isClosed = true;
    });
    for (let i = 0; i < 3; i++) {
      await settled();
      expect(isClosed).toBe(false);
      peer.session!.take();
    }
    await closing;
    expect(peer.all.map(text)).toEqual(["a", "b", "c"]);
    expect(peer.session!.isClosed).toBe(true);
    expect(sender.counters()).toMatchObject({ records: 3, dropped: 0 });
    expect(clock.pending).toBe(0);
    expect(sender.push(bytes("late"), 1)).toBe(false);
    expect(sender.counters()).toMatchObject({ dropped: 1 });
  });

  it("waits 5 s at most and counts what remains", async () => {
    const { peer, sender, pulse, clock } = setUp(STREAM);
    await pulse();
    peer.session!.accept();
    sender.push(bytes("a"), 7);
    const closing = sender.close();
    await settled();
    clock.pass(5_000);
    await closing;
    expect(sender.counters()).toMatchObject({ records: 0, dropped: 7 });
  });

  it("does not wait for a peer that is away", async () => {
    const { peer, sender, pulse, clock } = setUp(STREAM);
    await pulse();
    peer.session!.lose("ECONNREFUSED");
    sender.push(bytes("a"), 7);
    await sender.close();
    expect(sender.counters()).toMatchObject({ dropped: 7 });
    expect(clock.pending).toBe(0);
  });

  it("tries once when nothing was tried yet", async () => {
    const { peer, sender } = setUp(STREAM);
    sender.push(bytes("a"), 1);
    const closing = sender.close();
    peer.session!.accept();
    await settled();
    peer.session!.take();
    await closing;
    expect(peer.all.map(text)).toEqual(["a"]);
  });
});

describe("whatever the peer does", () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant("push" as const), n: fc.nat(200) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("pulse" as const), n: fc.nat(3_000) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("accept" as const), n: fc.nat(1) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("take" as const), n: fc.nat(5) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("busy" as const), n: fc.constant(0) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("refuse" as const), n: fc.constant(0) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("lose" as const), n: fc.constant(0) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("back" as const), n: fc.nat(100_000) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("unconfirmed" as const), n: fc.nat(500) }) },
  );

  it.each([
    ["stream", STREAM],
    ["datagram", DATAGRAM],
    ["one at a time", { isStream: false, window: 1, burst: 2, pauseMs: 5 }],
  ] as const)(
    "a %s has each record sent, dropped or held; in order, none twice; and never more held than fits",
    async (_name, shape) => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 0, max: 1_000 }),
          fc.array(step, { maxLength: 120 }),
          async (queueBytes, steps) => {
            const { clock, peer, sender } = setUp(shape, { queueBytes });
            let offered = 0;
            let pushed = 0;
            const check = () => {
              const { records = 0, dropped = 0 } = sender.counters();
              expect(sender.queue.usedBytes).toBeLessThanOrEqual(queueBytes);
              expect(records + dropped + sender.queue.records).toBe(offered);
              expect(clock.pending).toBeLessThanOrEqual(2);
              sender.state();
            };
            for (const { kind, n } of steps) {
              const session = peer.session;
              if (kind === "push") {
                const message = new Uint8Array(4 + (n % 60));
                new DataView(message.buffer).setUint32(0, pushed++);
                sender.push(message, n % 7);
                offered += n % 7;
              } else if (kind === "pulse") {
                clock.pass(n);
                sender.pulse(clock.nowMs);
              } else if (kind === "back") clock.nowMs -= n;
              else if (kind === "accept") session?.accept(n === 1);
              else if (kind === "take") session?.take(n);
              else if (kind === "busy") session?.refuse("EAGAIN");
              else if (kind === "refuse") session?.refuse("EPERM");
              else if (kind === "lose") session?.lose("ECONNRESET");
              else if (session !== undefined) session.unconfirmed = n;
              await Promise.resolve();
              check();
            }
            const closing = sender.close();
            for (let i = 0; i < 60; i++) {
              peer.session?.accept();
              await Promise.resolve();
              peer.session?.take();
              clock.pass(100);
              await Promise.resolve();
            }
            await closing;
            check();
            expect(sender.queue.messages).toBe(0);
            const numbers = peer.all.map((message) => new DataView(message.buffer).getUint32(0));
            expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
          },
        ),
        { seed: 5424, numRuns: 150 },
      );
    },
  );
});
