// A session of the SNMP fuzzer: right requests of v2c and v3, damaged in every way that a sender can, given to the agent.
// Apart from the fuzzer of packets because another parser is meant; the short run of the test suite is the same thing.
// Always holds: what is thrown names the seed and the message, byte by byte; nothing depends on time.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { AgentCount } from "../../host/snmp/agent/counts.js";
import { Responder } from "../../host/snmp/agent/responder.js";
import { BerReader, SEQUENCE } from "../../host/snmp/ber/reader.js";
import { sequence, tagged } from "../../host/snmp/ber/writer.js";
import { SnmpEngine } from "../../host/snmp/engine.js";
import type { Oid } from "../../host/snmp/oid.js";
import { UsmUser } from "../../host/snmp/usm-user.js";
import { Random } from "../support/random.js";
import {
  ACCOUNT,
  communityRequest,
  readCommunityAnswer,
  requestPdu,
  UsmManager,
} from "../support/snmp-manager.js";
import { ARC, smallView } from "../support/snmp-view.js";

const ENGINE_ID = Buffer.from("80007ed905000102030405060708090a0b", "hex");
const LIMITS = { each: { rate: 1_000, burst: 200 }, all: { rate: 10_000, burst: 100_000 } };
const FLOOD = 400;
const TYPES = [0xa0, 0xa1, 0xa3, 0xa5, 0xa5];
/** What the heap may have grown by in the end. */
const HEAP_BYTES_MAX = 8 << 20;
const ANSWER_BYTES_MAX = 65_507;
/** Every message is one of these in the end. */
const ENDS: readonly AgentCount[] = [
  "answered",
  "messages-too-long",
  "messages-malformed",
  "wrong-version",
  "wrong-community",
  "wrong-model",
  "wrong-flags",
  "wrong-context",
  "wrong-type",
  "unsupported-levels",
  "not-in-time-window",
  "unknown-users",
  "unknown-engines",
  "wrong-digests",
  "decryption-errors",
  "limited",
  "faults",
];

export interface SnmpSessionOptions {
  readonly seed: number;
  readonly messages: number;
  readonly onProgress?: (messages: number) => unknown;
}

export interface SnmpSessionResult {
  readonly counts: Readonly<Record<string, number>>;
  readonly heapGrowth: number;
}

/** @throws Error with the seed and the message. */
export function runSnmpSession({ seed, messages, onProgress }: SnmpSessionOptions): SnmpSessionResult {
  const rig = new AgentRig(seed);
  // What is made once is made before the heap is looked at.
  for (let n = 0; n < 2_000; n++) rig.round(n);
  const before = heapBytes();
  for (let n = 2_000; n < messages; n++) {
    rig.round(n);
    if (n % 5_000 === 0) onProgress?.(n);
  }
  rig.answersAsBefore();
  const heapGrowth = heapBytes() - before;
  if (heapGrowth > HEAP_BYTES_MAX) throw new Error(`the heap grew by ${heapGrowth} bytes; seed ${seed}`);
  return { counts: rig.counts, heapGrowth };
}

class AgentRig {
  private readonly random: Random;
  private readonly engine = new SnmpEngine(ENGINE_ID, 3, () => 0);
  private readonly manager = new UsmManager(ENGINE_ID);
  private readonly stranger = new UsmManager(Buffer.from("80007ed905ffffffff", "hex"));
  /** Knows one password of two. */
  private readonly guesser = new UsmManager(ENGINE_ID, { ...ACCOUNT, privacyPassword: "only guessed" });
  private nowMs = 0;
  /** Messages of a flood that are still to come. */
  private flood = 0;
  private readonly responder: Responder;

  constructor(private readonly seed: number) {
    this.random = new Random(seed);
    this.guesser.sync(this.engine);
    this.responder = new Responder(
      {
        engine: this.engine,
        communities: ["public"],
        users: [new UsmUser(ACCOUNT, ENGINE_ID)],
        nowMs: () => this.nowMs,
        limits: LIMITS,
      },
      smallView(200),
    );
  }

  get counts(): Readonly<Record<AgentCount, number>> {
    return this.responder.counts.values;
  }

  round(number: number): void {
    const { random } = this;
    const message = this.message();
    const bytes = Buffer.from(message);
    if (this.flood > 0) this.flood--;
    else if (random.chance(0.0005)) this.flood = FLOOD;
    else this.nowMs += random.below(20);
    const from =
      this.flood > 0 || random.chance(0.5) ? "192.0.2.1" : `2001:db8::${random.u32().toString(16)}`;
    let answer: Buffer | undefined;
    try {
      answer = this.responder.answer(bytes, from);
      this.check(answer);
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      throw new Error(`${what}; seed ${this.seed}, message ${number}: ${message.toString("hex")}`);
    }
  }

  /** @throws Error when a right request is not answered any more. */
  answersAsBefore(): void {
    this.nowMs += 3_600_000;
    const names: Oid[] = [[...ARC, 1, 1, 0]];
    this.knows(false);
    const v2c = this.responder.answer(communityRequest({ names }), "192.0.2.99");
    const v3 = this.responder.answer(this.manager.request({ names }), "192.0.2.99");
    if (v2c === undefined || readCommunityAnswer(v2c).varbinds[0]?.value.toString() !== "stray") {
      throw new Error(`SNMPv2c is not answered in the end; seed ${this.seed}`);
    }
    if (v3 === undefined || this.manager.read(v3).got.varbinds[0]?.value.toString() !== "stray") {
      throw new Error(`SNMPv3 is not answered in the end; seed ${this.seed}`);
    }
  }

  private check(answer: Buffer | undefined): void {
    const { counts } = this;
    if (counts.faults > 0) throw new Error("something was thrown inside");
    const ends = ENDS.reduce((sum, name) => sum + counts[name], 0);
    if (ends !== counts.datagrams)
      throw new Error(`${counts.datagrams} messages came in, ${ends} are accounted for`);
    if (answer === undefined) return;
    if (answer.length > ANSWER_BYTES_MAX) throw new Error(`an answer of ${answer.length} bytes`);
    // Both read strictly.
    if (new BerReader(answer).enter(SEQUENCE).integer() === 3) this.manager.read(answer);
    else readCommunityAnswer(answer);
  }

  private message(): Buffer {
    const { random } = this;
    this.knows(random.chance(0.1));
    const asked = this.asked();
    switch (random.below(11)) {
      case 0:
        return Buffer.from(random.bytes(random.below(300)));
      case 1:
        return this.damaged(this.manager.discovery());
      case 2:
        return this.damaged(random.pick([this.stranger, this.guesser]).request(asked));
      case 3:
        return this.damaged(flagged(this.manager.request(asked), random.below(8)));
      case 4:
      case 5:
      case 6:
        return this.damaged(communityRequest(asked));
      case 7:
      case 8:
        return this.damaged(this.manager.request(asked, this.level()));
      default: {
        // Damaged first, then signed and encrypted: what somebody who knows the passwords can send.
        const pdu = this.damaged(requestPdu(asked));
        return this.manager.wrap(random.chance(0.2) ? Buffer.from(random.bytes(random.below(200))) : pdu);
      }
    }
  }

  /** What the manager has of the agent's time and of its contexts. */
  private knows(isWrong: boolean): void {
    const { manager, random, engine } = this;
    manager.sync(
      isWrong && random.chance(0.5) ? { boots: random.below(6), time: random.below(400) } : engine,
    );
    manager.contextName = isWrong ? random.pick(["", "elsewhere"]) : "";
  }

  private level(): "authPriv" | "authNoPriv" | "noAuthNoPriv" {
    return this.random.pick(["authPriv", "authPriv", "authNoPriv", "noAuthNoPriv"] as const);
  }

  private asked() {
    const { random } = this;
    const names = random.chance(0.02)
      ? Array.from({ length: random.below(300) }, () => [1, 3, random.below(9)])
      : Array.from({ length: random.below(5) }, () => this.name());
    const huge = random.pick([0, 1, 10, 0x7fff_ffff, -1]);
    return {
      type: random.pick(TYPES),
      id: random.u32() | 0,
      nonRepeaters: random.below(3),
      maxRepetitions: huge,
      names,
    };
  }

  private name(): Oid {
    const { random } = this;
    if (random.chance(0.3))
      return Array.from({ length: random.between(2, 128) }, (_, at) => (at < 2 ? 1 : random.u32()));
    return [...ARC, ...Array.from({ length: random.below(6) }, () => random.below(4))];
  }

  private damaged(bytes: Buffer): Buffer {
    const { random } = this;
    let out: Buffer = Buffer.from(bytes);
    // One in some is left as it is: what is right must stay so among all this.
    for (let times = random.below(4); times > 0 && out.length > 2; times--) out = this.damagedOnce(out);
    return out;
  }

  private damagedOnce(bytes: Buffer): Buffer {
    const { random } = this;
    const at = random.below(bytes.length);
    switch (random.below(9)) {
      case 0:
        return bytes.subarray(0, at);
      case 1:
        bytes[at]! ^= 1 << random.below(8);
        return bytes;
      case 2:
        bytes[at] = random.pick([0, 1, 0x7f, 0x80, 0x81, 0x82, 0x84, 0x88, 0xff]);
        return bytes;
      case 3:
        return Buffer.concat([bytes.subarray(0, at), random.bytes(random.below(40)), bytes.subarray(at)]);
      case 4:
        return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random.below(20))]);
      case 5:
        return Buffer.concat([bytes, bytes.subarray(at)]);
      case 6:
        return nested(bytes, random.between(1, 100));
      case 7:
        return Buffer.concat([bytes.subarray(0, at), hugeName(random), bytes.subarray(at)]);
      default: {
        // A length that lies by little.
        const length = bytes.indexOf(0x30, at) + 1;
        if (length > 0 && length < bytes.length) bytes[length]! += random.between(-3, 3);
        return bytes;
      }
    }
  }
}

/** With other flags; the digest is then of another message. */
function flagged(bytes: Buffer, flags: number): Buffer {
  const header = new BerReader(bytes).enter(SEQUENCE);
  header.integer();
  const inner = header.enter(SEQUENCE);
  inner.integer();
  inner.integer();
  inner.octets(1)[0] = flags;
  return bytes;
}

function nested(bytes: Buffer, depth: number): Buffer {
  let out = bytes;
  for (let n = 0; n < depth && out.length < 4_000; n++) out = sequence(out);
  return out;
}

function hugeName(random: Random): Buffer {
  const fill = random.pick([0x01, 0x80, 0xff, 0x7f]);
  return tagged(0x06, Buffer.alloc(random.pick([127, 128, 129, 700, 5_000]), fill));
}

let collect: (() => void) | undefined;

function heapBytes(): number {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
  }
  collect();
  return process.memoryUsage().heapUsed;
}
