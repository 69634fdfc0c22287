// What the IPFIX and store tests share: records as plain values, messages of them, arbitrary records, records of
// captures.
// Apart so that every test compares the same way.
// Always holds: two records with the same values look the same in every field, printed form and filter word.

import fc from "fast-check";
import * as L from "../../../assembly/layout.js";
import { CaptureReader } from "../../../host/capture/reader.js";
import { STATE_WORDS } from "../../../host/filter/states.js";
import { IpfixDecoder } from "../../../host/ipfix/decoder.js";
import { VALID_BITS } from "../../../host/ipfix/meanings.js";
import { IpfixMessage } from "../../../host/ipfix/message.js";
import { FIELDS } from "../../../host/record/fields.js";
import type { FlowRecord } from "../../../host/record/flow-record.js";
import { FlowRecord as View } from "../../../host/record/flow-record.js";
import { type StateStyle, stateText } from "../../../host/record/state.js";
import { createSensor } from "../../../host/wasm/module.js";
import { profileLimits } from "../../../host/wasm/profiles.js";
import { readRecord } from "../../support/record.js";
import { buildRecord, type RecordSpec, type SideSpec } from "../../support/record-builder.js";

export type Values = Record<string, unknown>;

const STYLES: readonly StateStyle[] = ["word", "history", "flags-both", "flags-orig", "flags-resp"];
const STYLE = { state: "word", numericProto: false, time: String, timeWidth: 10 } as const;

/** Every field, every form of the state, every word of the filter. NaN is written "absent". */
export function valuesOf(record: FlowRecord): Values {
  const values: Values = {};
  for (const field of FIELDS) {
    if (field.type === "number") values[field.name] = [present(field.value(record)), field.cell?.(record)];
    else if (field.type === "text" || field.type === "list") values[field.name] = field.value(record, STYLE);
    else values[field.name] = present(field.us(record));
  }
  for (const style of STYLES) values[`state ${style}`] = stateText(record, style);
  for (const [word, { test }] of Object.entries(STATE_WORDS)) values[`is ${word}`] = test(record);
  return values;
}

const present = (number: number): number | string => (Number.isNaN(number) ? "absent" : number);

/** Evidence that no field prints, by a reader of its own; times to the nanosecond. */
export function evidenceOf(record: FlowRecord): Values {
  const bytes = record.bytes.slice(record.header, record.header + L.RECORD_SIZE);
  const { startNs, lastNs, recordStartNs, statusCount, orig, resp, kind, proto } = readRecord(bytes);
  const isTcp = proto === 6 && (kind === L.KIND_IPV4 || kind === L.KIND_IPV6);
  const sides = [orig, resp].map((side) => ({
    tosFirst: kind === L.KIND_IPV4 ? side.tosFirst : 0,
    bits: side.bits & VALID_BITS,
    ...(isTcp ? { seqFirst: side.seqFirst, ackFirst: side.ackFirst, seqNext: side.seqNext } : {}),
    ...(isTcp ? { ackHigh: side.ackHigh, window: side.window, windowScale: side.windowScale } : {}),
  }));
  return { startNs, lastNs, recordStartNs, statusCount, sides };
}

export const OPTIONS = { enterprise: 32473, domain: 1, maxBytes: 65535 } as const;
export const EXPORT_MS = 1_800_000_000_000;

/** The templates in messages of their own. */
export function templateMessages(message: IpfixMessage, exportMs = EXPORT_MS): Uint8Array[] {
  return Array.from({ length: message.templateParts }, (_, part) => {
    message.begin(exportMs);
    if (!message.addTemplates(part)) throw new Error(`part ${part} does not fit an empty message`);
    return message.finish().slice();
  });
}

/** Templates, then the records, as messages. */
export function messagesOf(records: readonly FlowRecord[], options = OPTIONS): Uint8Array[] {
  const message = new IpfixMessage(options);
  const out = templateMessages(message);
  message.begin(EXPORT_MS);
  for (const record of records) {
    if (message.add(record)) continue;
    out.push(message.finish().slice());
    message.begin(EXPORT_MS);
    if (!message.add(record)) throw new Error("a record does not fit an empty message");
  }
  if (!message.isEmpty) out.push(message.finish().slice());
  return out;
}

/** Decodes whole messages; copies of the records. @throws Error at damage. */
export function decodeAll(messages: readonly Uint8Array[]): { records: FlowRecord[]; decoder: IpfixDecoder } {
  const records: FlowRecord[] = [];
  const decoder = new IpfixDecoder((record) => {
    records.push(copyOf(record));
    return true;
  });
  for (const message of messages) {
    const damage = decoder.decode(message, 0, message.length);
    if (damage) throw new Error(`byte ${damage.offset}: ${damage.reason}`);
  }
  return { records, decoder };
}

export function copyOf(record: FlowRecord): FlowRecord {
  const bytes = record.bytes.slice(record.header, record.header + L.RECORD_SIZE);
  return new View(bytes.buffer).pointAt(0);
}

/** The records of captures, with intermediate ones. */
export async function recordsOfCaptures(files: readonly string[], statusMs: number): Promise<FlowRecord[]> {
  const sensor = createSensor({ ...profileLimits("small"), statusMs });
  const view = new View(sensor.memory.buffer);
  const out: FlowRecord[] = [];
  const options = { orderedFlush: true };
  await new CaptureReader(sensor, files).read((ring, count) => {
    for (let index = 0; index < count; index++) out.push(copyOf(view.pointAt(ring.address(index))));
  }, options);
  return out;
}

// ---- Arbitrary records -----------------------------------------------------------------------------------------

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
/** Mostly small, sometimes at the edges. */
const count = fc.oneof(fc.nat(5), fc.nat(100_000), fc.constantFrom(0xffffffff, 2 ** 32, 2 ** 40 + 7));
const small16 = fc.oneof(fc.constant(0), fc.nat(9), fc.constant(0xffff));
const small32 = fc.oneof(fc.constant(0), fc.nat(9), fc.constant(0xffffffff));
const mac = fc
  .array(u8, { minLength: 6, maxLength: 6 })
  .map((bytes) => bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(":"));
const letters = fc.subarray([..."FSRPAUEC"]).map((all) => all.join(""));

const addressOf = (kind: number): fc.Arbitrary<string> =>
  kind === L.KIND_MAC ? mac : kind === L.KIND_IPV6 ? fc.ipV6() : fc.ipV4();

function side(kind: number, isIp: boolean, port: fc.Arbitrary<number>): fc.Arbitrary<SideSpec> {
  const option = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
  const model = {
    address: addressOf(kind),
    port,
    packets: count,
    bytes: count,
    appBytes: count,
    flags: isIp ? letters : fc.constant(""),
    ttl: isIp ? option(fc.tuple(u8, u8)) : fc.constant(undefined),
    tos: isIp ? u8 : fc.constant(0),
    id: kind === L.KIND_IPV4 ? option(u16) : fc.constant(undefined),
    ...Object.fromEntries(
      ["idZero", "idSame", "idUp", "df"].map((name) => [
        name,
        kind === L.KIND_IPV4 ? small32 : fc.constant(0),
      ]),
    ),
    mac: option(mac),
    vlan: option(fc.integer({ min: 0, max: 4095 })),
    window: u16,
    windowScale: fc.constantFrom(0, 1, 7, 14, 255),
    ...Object.fromEntries(["retransmits", "ackAdvances"].map((name) => [name, small32])),
    ...Object.fromEntries(
      ["zeroWindows", "gaps", "outOfOrder", "overlaps", "fragments", "badChecksums"].map((name) => [
        name,
        small16,
      ]),
    ),
    seqNext: option(u32),
    ackHigh: option(u32),
  };
  return fc.record(model).map((all) => withReported(defined(all) as SideSpec));
}

/** A flow's earlier records told part of it, sometimes. */
function withReported(spec: SideSpec): SideSpec {
  const { packets = 0, window = 0 } = spec;
  if (window % 3 !== 0 || packets === 0) return spec;
  const reported = Math.min(packets, window + 1, 0xffffffff);
  return { ...spec, reportedPackets: reported };
}

function defined(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

const KINDS = [
  { kind: L.KIND_IPV4, protos: [1, 2, 6, 17, 33, 47, 50, 132] },
  { kind: L.KIND_IPV6, protos: [6, 17, 50, 58, 89] },
  { kind: L.KIND_ARP, protos: [0] },
  { kind: L.KIND_MAC, protos: [0] },
] as const;

/** A record that the classifier could have made, as far as its fields go together. */
export const anyRecord: fc.Arbitrary<FlowRecord> = fc
  .constantFrom(...KINDS)
  .chain(({ kind, protos }) => fc.tuple(fc.constant(kind), fc.constantFrom(...(protos as readonly number[]))))
  .chain(([kind, proto]) => {
    const isIp = kind === L.KIND_IPV4 || kind === L.KIND_IPV6;
    const isIcmp = (kind === L.KIND_IPV4 && proto === 1) || (kind === L.KIND_IPV6 && proto === 58);
    const port = !isIp || proto === 2 || proto === 47 || proto === 89 ? fc.constant(0) : isIcmp ? u8 : u16;
    const flags = [
      ...[L.FLOW_FLAG_SYN, L.FLOW_FLAG_SYNACK, L.FLOW_FLAG_HANDSHAKE, L.FLOW_FLAG_ACKED, L.FLOW_FLAG_FIRST_B],
      ...[L.FLOW_FLAG_ICMP_UNREACHABLE, L.FLOW_FLAG_TURNED, L.FLOW_FLAG_FIN_A, L.FLOW_FLAG_SEEN_B],
      ...(isIp ? [L.FLOW_FLAG_FRAGMENTS_ONLY] : []),
    ];
    return fc.record({
      kind: fc.constant(kind),
      proto: fc.constant(proto),
      extra:
        kind === L.KIND_ARP ? fc.constantFrom(1, 2) : isIcmp || kind === L.KIND_MAC ? u16 : fc.constant(0),
      initiatorIsB: isIcmp || proto === 50 ? fc.constant(false) : fc.boolean(),
      orig: side(kind, isIp, port),
      resp: fc.oneof(
        side(kind, isIp, port),
        addressOf(kind).map((address) => ({ address, port: 0 })),
      ),
      startUs: fc.integer({ min: 0, max: 4_294_967_295_999_999 }),
      lastUs: fc.integer({ min: 0, max: 4_294_967_295_999_999 }),
      flowFlags: fc.subarray(flags).map((bits) => bits.reduce((all, bit) => all | bit, 0)),
      tcpState: fc.nat(7),
      dirReason: fc.nat(4),
      icmpType: isIcmp ? u8 : fc.constant(0),
      icmpErrors: isIp ? small16 : fc.constant(0),
      notes: fc.integer({ min: 0, max: 2 ** 20 - 1 }),
      findings: fc.subarray(Array.from({ length: 64 }, (_, bit) => bit)),
      synackUs: u32,
      ackdatUs: u32,
      reason: fc.integer({ min: 1, max: 6 }),
      sequence: fc.integer({ min: 1, max: 2 ** 50 }),
      firstFrame: fc.integer({ min: 1, max: 2 ** 50 }),
    } satisfies { [Key in keyof RecordSpec]: fc.Arbitrary<unknown> });
  })
  .map((spec) => buildRecord(spec as RecordSpec));
