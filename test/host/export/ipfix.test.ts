// The IPFIX exporter under a simulated peer and clock: templates first and again in time, sequence numbers as RFC 7011
// counts them whatever was lost, times that fit, and records that arrive as they were.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { IpfixTarget } from "../../../host/config/types.js";
import { IpfixSink } from "../../../host/export/ipfix.js";
import { CollectorTemplates } from "../../../host/export/ipfix-templates.js";
import { Resolver } from "../../../host/export/resolver.js";
import { IpfixDecoder } from "../../../host/ipfix/decoder.js";
import { IpfixMessage } from "../../../host/ipfix/message.js";
import type { FlowRecord } from "../../../host/record/flow-record.js";
import { buildRecord } from "../../support/record-builder.js";
import { decodeAll, valuesOf } from "../ipfix/records.js";
import { EVE_RECORDS } from "./eve-records.js";
import { logTo, SimulatedClock, SimulatedPeer, settled } from "./simulated.js";

const TARGET: IpfixTarget = {
  host: "192.0.2.9",
  port: 4739,
  transport: "udp",
  templateRefreshMs: 60_000,
  queueBytes: 1 << 20,
  domain: 7,
};

function setUp(rest: Partial<IpfixTarget> = {}) {
  const target = { ...TARGET, ...rest };
  const isStream = target.transport === "tcp";
  const clock = new SimulatedClock();
  const peer = new SimulatedPeer({ isStream, window: 16, settleMs: isStream ? 0 : 1_000 });
  const sink = new IpfixSink(target, {
    enterprise: 32473,
    log: logTo([]),
    resolver: new Resolver(),
    peer,
    random: () => 0,
    schedule: clock.schedule,
  });
  /** Time passes; the peer takes whatever it is given. */
  const run = async (ms: number, takes = true) => {
    for (let left = ms; left > 0; left -= 100) {
      clock.pass(Math.min(100, left));
      sink.pulse(clock.nowMs);
      await settled();
      for (let i = 0; takes && i < 50 && (peer.session?.pending ?? 0) > 0; i++) {
        peer.session!.take();
        await settled();
      }
    }
  };
  const open = async () => {
    sink.pulse(clock.nowMs);
    peer.session!.accept();
    await run(2_500);
  };
  return { clock, peer, sink, run, open };
}

interface Header {
  readonly exportSeconds: number;
  readonly sequence: number;
  readonly domain: number;
  /** Data records, options included. */
  readonly data: number;
  readonly templates: number;
  readonly size: number;
}

/** Headers of messages, with what the decoder counts in each. @throws Error at damage. */
function headersOf(messages: readonly Uint8Array[]): Header[] {
  const decoder = new IpfixDecoder(() => true);
  return messages.map((message) => {
    const before = { ...decoder.counts };
    const damage = decoder.decode(message, 0, message.length);
    if (damage) throw new Error(damage.reason);
    const { counts } = decoder;
    const view = new DataView(message.buffer, message.byteOffset);
    expect(view.getUint16(2)).toBe(message.length);
    expect(counts.setsUnknown).toBe(0);
    return {
      exportSeconds: view.getUint32(4),
      sequence: view.getUint32(8),
      domain: view.getUint32(12),
      data: counts.records - before.records + counts.options - before.options,
      templates: counts.templates - before.templates,
      size: message.length,
    };
  });
}

/** RFC 7011, section 3.1: each number is the data records sent before in the stream. */
function expectSequence(headers: readonly Header[]): void {
  let sum = 0;
  for (const { sequence, data } of headers) {
    expect(sequence).toBe(sum);
    sum += data;
  }
}

const records = (count: number): FlowRecord[] =>
  Array.from({ length: count }, (_, index) =>
    buildRecord({ orig: { port: index + 1 }, sequence: index + 1 }),
  );

describe("CollectorTemplates", () => {
  it.each([512, 1_400, 8_192, 65_535])("fit messages of %i bytes and know their data records", (maxBytes) => {
    const { whole, again } = new CollectorTemplates(
      new IpfixMessage({ enterprise: 32473, domain: 1, maxBytes }),
    );
    const headers = headersOf(whole.map(({ bytes }) => bytes));
    expect(headers.map(({ data }) => data)).toEqual(whole.map(({ records }) => records));
    expect(Math.max(...headers.map(({ size }) => size))).toBeLessThanOrEqual(maxBytes);
    expectSequence(headers);
    const refresh = headersOf(again.map(({ bytes }) => bytes));
    const templates = (all: readonly Header[]) => all.reduce((sum, one) => sum + one.templates, 0);
    expect(templates(refresh)).toBe(templates(headers));
    expect(refresh.every(({ data }) => data === 0)).toBe(true);
  });
});

describe("over UDP", () => {
  it("sends records as they are, in datagrams that fit the path", async () => {
    const { peer, sink, open, run } = setUp();
    await open();
    for (const [, record] of EVE_RECORDS) sink.write(record);
    for (const record of records(200)) sink.write(record);
    await run(1_000);
    const headers = headersOf(peer.all);
    expectSequence(headers);
    expect(Math.max(...headers.map(({ size }) => size))).toBeLessThanOrEqual(1_400);
    expect(headers.every(({ domain }) => domain === 7)).toBe(true);
    const got = decodeAll(peer.all).records;
    expect(got.map(valuesOf)).toEqual(
      [...EVE_RECORDS.map(([, record]) => record), ...records(200)].map(valuesOf),
    );
    expect(sink.counters()).toMatchObject({
      records: got.length,
      dropped: 0,
      "maybe-lost": 0,
      "too-long": 0,
    });
    expect(sink.state()).toEqual({ ok: true, text: "sending to peer" });
    expect(sink.name).toBe("ipfix:192.0.2.9:4739");
  });

  it("sends templates twice at the start and then at their interval, also when the clock is set back", async () => {
    const { clock, peer, sink, open, run } = setUp();
    await open();
    const maker = new IpfixMessage({ enterprise: 32473, domain: 7, maxBytes: 1_400 });
    const { whole, again } = new CollectorTemplates(maker);
    const rounds = () => 1 + (peer.all.length - whole.length) / again.length;
    expect(rounds()).toBe(2);
    await run(57_000);
    expect(rounds()).toBe(2);
    await run(123_000);
    expect(rounds()).toBe(5);
    clock.nowMs -= 3_600_000;
    await run(200);
    expect(rounds()).toBe(6);
    expectSequence(headersOf(peer.all));
    expect(sink.counters()).toMatchObject({ templates: peer.all.length, records: 0 });
  });

  it("puts few records into one message, and none waits longer than the next tenth of a second", async () => {
    const { clock, peer, sink, open } = setUp();
    await open();
    const before = peer.all.length;
    const pulse = async () => {
      clock.pass(10);
      sink.pulse(clock.nowMs);
      await settled();
      peer.session!.take();
    };
    for (const record of records(5)) {
      sink.write(record);
      await pulse();
    }
    expect(peer.all.length).toBe(before);
    for (let i = 0; i < 6; i++) await pulse();
    expect(peer.all.length).toBe(before + 1);
    expect(sink.counters()).toMatchObject({ records: 5 });
  });

  it("holds records while nobody listens, and goes on in the same stream", async () => {
    const { peer, sink, open, run } = setUp();
    await open();
    for (const record of records(10)) sink.write(record);
    await run(300);
    peer.session!.lose("ECONNREFUSED");
    expect(sink.counters()).toMatchObject({ "maybe-lost": 10, records: 10, errors: 1 });
    for (const record of records(30)) sink.write(record);
    await run(1_100);
    peer.session!.accept(false);
    await run(500);
    // The probe: templates alone.
    expect(headersOf(peer.received[1]!).every(({ templates, data }) => templates > 0 || data > 0)).toBe(true);
    expect(sink.counters()).toMatchObject({ records: 10 });
    await run(1_000);
    expect(sink.counters()).toMatchObject({ records: 40, dropped: 0, reconnects: 1 });
    expectSequence(headersOf(peer.all));
    expect(decodeAll(peer.all).records.length).toBe(40);
  });
});

describe("numbers over UDP", () => {
  it("do not count what the kernel never took, templates or data", async () => {
    const { peer, sink, run, clock } = setUp();
    sink.pulse(clock.nowMs);
    peer.session!.accept();
    await run(100, false);
    peer.session!.take(1);
    peer.session!.lose("ECONNREFUSED");
    await run(1_100);
    peer.session!.accept(false);
    await run(2_500);
    for (const record of records(50)) sink.write(record);
    await run(300, false);
    expect(peer.session!.pending).toBeGreaterThan(2);
    peer.session!.take(1);
    peer.session!.lose("ECONNREFUSED");
    await run(5_000);
    peer.session!.accept(false);
    await run(2_500);
    expect(peer.streams.length).toBe(1);
    expectSequence(headersOf(peer.all));
    expect(sink.counters()).toMatchObject({ records: 50, dropped: 0 });
  });
});

describe("over TCP", () => {
  it("sends templates once a connection, counts each stream from 0, and stamps late messages anew", async () => {
    const { clock, peer, sink, open, run } = setUp({ transport: "tcp" });
    await open();
    for (const record of records(100)) sink.write(record);
    await run(1_000);
    await run(1_000, false);
    for (const record of records(20)) sink.write(record);
    await run(500, false);
    peer.session!.lose("ECONNRESET");
    const lostAt = Math.floor(clock.nowMs / 1000);
    await run(30_000);
    peer.session!.accept();
    await run(1_000);
    const [first, second] = peer.received.map(headersOf) as [Header[], Header[]];
    for (const stream of [first, second]) {
      expectSequence(stream);
      expect(stream[0]!.templates).toBeGreaterThan(0);
      expect(stream.slice(2).every(({ templates }) => templates === 0)).toBe(true);
    }
    expect(second.every(({ exportSeconds }) => exportSeconds >= lostAt + 29)).toBe(true);
    expect(decodeAll(peer.received[1]!).records.length).toBe(20);
    expect(sink.counters()).toMatchObject({ records: 120, dropped: 0, reconnects: 1 });
  });

  it("drops what its queue can't hold; the collector's numbers have no gap for what never left", async () => {
    const { peer, sink, run } = setUp({ transport: "tcp", queueBytes: 20_000 });
    sink.pulse(1_700_000_000_000);
    peer.session!.lose("ECONNREFUSED");
    for (const record of records(2_000)) sink.write(record);
    await run(5_000, false);
    const { dropped = 0 } = sink.counters();
    expect(dropped).toBeGreaterThan(1_500);
    peer.session!.accept();
    await run(1_000);
    expect(sink.counters()["records"]! + dropped).toBe(2_000);
    expectSequence(headersOf(peer.all));
  });

  it("closes with every record sent", async () => {
    const { peer, sink, open } = setUp({ transport: "tcp" });
    await open();
    for (const record of records(7)) sink.write(record);
    const closing = sink.close();
    await settled();
    peer.session!.take();
    await closing;
    expect(decodeAll(peer.all).records.length).toBe(7);
  });
});

describe("whatever the peer does", () => {
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant("write" as const), n: fc.integer({ min: 1, max: 40 }) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant("pulse" as const), n: fc.integer({ min: 1, max: 20_000 }) }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("accept" as const), n: fc.nat(1) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("take" as const), n: fc.nat(6) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("lose" as const), n: fc.constant(0) }) },
  );

  it.each(["udp", "tcp"] as const)(
    "over %s each stream begins with templates and its numbers are right",
    async (transport) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
          const { clock, peer, sink } = setUp({ transport, queueBytes: 30_000 });
          let offered = 0;
          for (const { kind, n } of steps) {
            if (kind === "write") {
              for (const record of records(n)) sink.write(record);
              offered += n;
            } else if (kind === "pulse") {
              clock.pass(n);
              sink.pulse(clock.nowMs);
            } else if (kind === "accept") peer.session?.accept(transport === "tcp" || n === 1);
            else if (kind === "take") peer.session?.take(n);
            else peer.session?.lose("ECONNRESET");
            await Promise.resolve();
          }
          const closing = sink.close();
          for (let i = 0; i < 80; i++) {
            peer.session?.accept(transport === "tcp");
            await Promise.resolve();
            peer.session?.take();
            clock.pass(100);
            await Promise.resolve();
          }
          await closing;
          const { records: sent = 0, dropped = 0 } = sink.counters();
          expect(sent + dropped).toBe(offered);
          let decoded = 0;
          for (const stream of peer.streams) {
            expectSequence(headersOf(stream));
            decoded += decodeAll(stream).records.length;
          }
          expect(decoded).toBe(sent);
        }),
        { seed: 7011, numRuns: 60 },
      );
    },
  );
});
