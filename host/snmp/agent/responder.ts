// What an agent answers a datagram: bytes in, bytes or nothing out. Longer than other files because the order of the checks
// is the point: the cheap before the expensive, and nothing decrypted that is not authentic.
// Apart from sockets, so that tests and the fuzzer talk to it directly. Of net-snmp it has the keys (usm-user.ts); its own
// agent decrypts before it authenticates, knows no time window and reads past what contains a value, so none of what comes
// from outside is given to it.
// Always holds: never throws; each datagram is counted in `datagrams` and in one of what becomes of it; SET changes nothing;
// SNMPv1, and a wrong community, are not answered at all.

import { BerReader, MalformedMessage, SEQUENCE } from "../ber/reader.js";
import { COUNTER32, varbind } from "../ber/varbind.js";
import { integer, octets, sequence } from "../ber/writer.js";
import type { SnmpEngine } from "../engine.js";
import type { Oid } from "../oid.js";
import type { UsmUser } from "../usm-user.js";
import type { InstanceView } from "../view.js";
import { answer, type Room } from "./answers.js";
import { type AgentCount, AgentCounts } from "./counts.js";
import { REPORT, RESPONSE, type Request, readRequest, requestIdOf, responsePdu, SET } from "./pdu.js";
import { RATE_LIMITS, RateLimit, type RateLimits } from "./rate-limit.js";
import {
  AUTHENTIC,
  type Outgoing,
  PRIVATE,
  REPORTABLE,
  readScopedPdu,
  readUsmMessage,
  USM,
  type UsmMessage,
  VERSION_3,
  writeUsmMessage,
} from "./usm-message.js";

const VERSION_2C = 1;
/** What we take; a request for NAMES_MAX long names is less. */
export const MESSAGE_BYTES_MAX = 8_192;
/** The most that a UDP datagram over IPv4 carries. */
const DATAGRAM_BYTES_MAX = 65_507;
/** Of an answer to GETBULK: one Ethernet frame over IPv6 without fragments, whatever the client could take. */
export const BULK_BYTES_MAX = 1_452;
/** Of an answer, beside its variables: at most. */
const COMMUNITY_OVERHEAD = 64;
const USM_OVERHEAD = 256;
/** RFC 3414, section 2.2.3. */
export const WINDOW_S = 150;
const BOOTS_MAX = 0x7fff_ffff;
/** Of the limits of rate: so many variables are the work of one message more. */
export const TOLD_PER_TOKEN = 8;

const USM_STATS: Oid = [1, 3, 6, 1, 6, 3, 15, 1, 1];
/** By their numbers in usmStats, 1 and on. */
export const USM_STAT_COUNTS = [
  "unsupported-levels",
  "not-in-time-window",
  "unknown-users",
  "unknown-engines",
  "wrong-digests",
  "decryption-errors",
] as const satisfies readonly AgentCount[];
/** snmpUnknownContexts (RFC 3413, section 3.2). */
const UNKNOWN_CONTEXTS: Oid = [1, 3, 6, 1, 6, 3, 12, 1, 5, 0];

export interface ResponderOptions {
  readonly engine: SnmpEngine;
  readonly communities: readonly string[];
  readonly users: readonly UsmUser[];
  readonly limits?: RateLimits;
  readonly nowMs?: () => number;
}

type UsmStat = (typeof USM_STAT_COUNTS)[number];

/** Refused, and why; with a report that is sent. */
class Refused extends Error {
  constructor(
    readonly count: AgentCount,
    readonly report?: Buffer | undefined,
  ) {
    super(count);
  }
}

export class Responder {
  readonly counts: AgentCounts;
  private readonly engine: SnmpEngine;
  private readonly nowMs: () => number;
  private readonly limit: RateLimit;
  private communities: readonly Buffer[] = [];
  private users: ReadonlyMap<string, UsmUser> = new Map();
  private view: InstanceView;

  constructor(options: ResponderOptions, view: InstanceView, counts = new AgentCounts()) {
    const { engine, limits = RATE_LIMITS, nowMs = () => performance.now() } = options;
    this.engine = engine;
    this.nowMs = nowMs;
    this.limit = new RateLimit(limits, nowMs());
    this.view = view;
    this.counts = counts;
    this.use(options);
  }

  /** Who may ask, from now on. */
  use({ communities, users }: Pick<ResponderOptions, "communities" | "users">, view = this.view): void {
    this.communities = communities.map((text) => Buffer.from(text, "utf8"));
    this.users = new Map(users.map((user) => [Buffer.from(user.name, "utf8").toString("latin1"), user]));
    this.view = view;
  }

  /** `address`: of who sent it. */
  answer(datagram: Buffer, address: string): Buffer | undefined {
    const { values } = this.counts;
    values.datagrams++;
    if (!this.limit.take(address, this.nowMs())) {
      values.limited++;
      return undefined;
    }
    // Half the cost of a damaged datagram would be to note where in our code that was found.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      const out = this.take(datagram, address);
      values.answered++;
      return out;
    } catch (error) {
      if (error instanceof Refused) {
        values[error.count]++;
        if (error.report !== undefined) values.reports++;
        return error.report;
      }
      values[error instanceof MalformedMessage ? "messages-malformed" : "faults"]++;
      return undefined;
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  }

  private take(datagram: Buffer, address: string): Buffer {
    if (datagram.length > MESSAGE_BYTES_MAX) throw new Refused("messages-too-long");
    const outer = new BerReader(datagram);
    const message = outer.enter(SEQUENCE);
    outer.finish();
    const version = message.integer();
    if (version === VERSION_2C) return this.takeCommunity(message, address);
    if (version === VERSION_3) return this.takeUsm(datagram, message, address);
    throw new Refused("wrong-version");
  }

  // ---- SNMPv2c --------------------------------------------------------------------------------------------

  private takeCommunity(message: BerReader, address: string): Buffer {
    const community = message.octets(MESSAGE_BYTES_MAX);
    if (!this.communities.some((known) => known.equals(community))) throw new Refused("wrong-community");
    const request = readRequest(message);
    message.finish();
    const room = roomOf(DATAGRAM_BYTES_MAX, COMMUNITY_OVERHEAD + community.length, this.nowMs);
    const pdu = this.responseTo(request, room, address);
    return sequence(integer(VERSION_2C), octets(community), pdu);
  }

  private responseTo(request: Request, room: Room, address: string): Buffer {
    const { values } = this.counts;
    const found = answer(request, this.view, room);
    if (found === undefined) throw new Refused("wrong-type");
    if (request.type === SET) values["set-refused"]++;
    if (found.status === 0) values.variables += found.varbinds.length;
    else if (request.type !== SET) values["too-big"]++;
    this.limit.charge(address, found.varbinds.length / TOLD_PER_TOKEN);
    return responsePdu(RESPONSE, request.id, found);
  }

  // ---- SNMPv3 ---------------------------------------------------------------------------------------------

  private takeUsm(datagram: Buffer, reader: BerReader, address: string): Buffer {
    const message = readUsmMessage(reader);
    if (message.model !== USM) throw new Refused("wrong-model");
    const level = message.flags & (AUTHENTIC | PRIVATE);
    if (level === PRIVATE) throw new Refused("wrong-flags");
    const user = this.admit(datagram, message, level);
    const { request, contextName } = this.open(message, user);
    const room = roomOf(Math.min(message.sizeMax, DATAGRAM_BYTES_MAX), USM_OVERHEAD, this.nowMs);
    const pdu = this.responseTo(request, room, address);
    return writeUsmMessage({ ...this.reply(message, pdu), user, isPrivate: true, contextName });
  }

  /** RFC 3414, section 3.2, steps 3 to 7: whose it is, whether it is theirs, and of now. */
  private admit(datagram: Buffer, message: UsmMessage, level: number): UsmUser {
    const { engine } = this;
    if (!message.engineId.equals(engine.id)) throw this.refuse("unknown-engines", message);
    const user = this.users.get(message.user.toString("latin1"));
    if (user === undefined) throw this.refuse("unknown-users", message);
    if (level !== (AUTHENTIC | PRIVATE)) throw this.refuse("unsupported-levels", message);
    if (!user.isAuthentic(datagram, message.digest)) throw this.refuse("wrong-digests", message);
    const { boots } = engine;
    const isNow =
      boots !== BOOTS_MAX && message.boots === boots && Math.abs(message.time - engine.time) <= WINDOW_S;
    if (!isNow) throw this.refuse("not-in-time-window", message, user);
    return user;
  }

  /** Step 8, and what RFC 3412, section 7.2.13, asks of the scoped PDU. */
  private open(message: UsmMessage, user: UsmUser): { request: Request; contextName: Buffer } {
    const { data, salt, boots, time } = message;
    const secret = data.octets(MESSAGE_BYTES_MAX);
    data.finish();
    const plain = user.decrypt(secret, salt, boots, time);
    // With another key something comes out too, only not a PDU.
    if (plain === undefined || plain[0] !== SEQUENCE) throw this.refuse("decryption-errors", message, user);
    const { contextEngineId, contextName, pdu } = readScopedPdu(new BerReader(plain));
    if (!contextEngineId.equals(this.engine.id)) throw new Refused("wrong-context");
    const request = readRequest(pdu);
    pdu.finish();
    if (contextName.length > 0) {
      const report = this.report(
        message,
        UNKNOWN_CONTEXTS,
        this.counts.values["wrong-context"] + 1,
        request.id,
        user,
      );
      throw new Refused("wrong-context", report);
    }
    return { request, contextName };
  }

  /** With `user` the report is signed: who asked sets its clock by it. */
  private refuse(stat: UsmStat, message: UsmMessage, user?: UsmUser): Refused {
    const oid = [...USM_STATS, USM_STAT_COUNTS.indexOf(stat) + 1, 0];
    const requestId = (message.flags & PRIVATE) === 0 ? idIn(message.data) : 0;
    return new Refused(stat, this.report(message, oid, this.counts.values[stat] + 1, requestId, user));
  }

  private report(
    message: UsmMessage,
    oid: Oid,
    value: number,
    requestId: number,
    user?: UsmUser,
  ): Buffer | undefined {
    if ((message.flags & REPORTABLE) === 0) return undefined;
    const varbinds = [varbind({ oid, type: COUNTER32, value })];
    const pdu = responsePdu(REPORT, requestId, { status: 0, index: 0, varbinds });
    return writeUsmMessage({ ...this.reply(message, pdu), user });
  }

  private reply({ id, user }: UsmMessage, pdu: Buffer): Outgoing {
    const { id: engineId, boots, time } = this.engine;
    return { id, sizeMax: MESSAGE_BYTES_MAX, engineId, boots, time, userName: user, pdu };
  }
}

function roomOf(sizeMax: number, overhead: number, nowMs: () => number): Room {
  return { bytes: sizeMax - overhead, bulkBytes: Math.min(sizeMax, BULK_BYTES_MAX) - overhead, nowMs };
}

/** Of a scoped PDU that is refused before it is looked into. */
function idIn(data: BerReader): number {
  try {
    const { pdu } = readScopedPdu(data);
    return requestIdOf(pdu);
  } catch (error) {
    if (error instanceof MalformedMessage) return 0;
    throw error;
  }
}
