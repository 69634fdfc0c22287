// Messages of SNMPv3 with the User-based Security Model: taken apart, and put together (RFC 3412, section 6; RFC 3414,
// section 2.4).
// Apart from what is decided about them (security.ts).
// Always holds: what is read is a view of the datagram; what is written is authentic when a user is given.

import { type BerReader, MalformedMessage, OCTETS, SEQUENCE } from "../ber/reader.js";
import { integer, octets, sequence } from "../ber/writer.js";
import type { UsmUser } from "../usm-user.js";

export const VERSION_3 = 3;
export const AUTHENTIC = 1;
export const PRIVATE = 2;
export const REPORTABLE = 4;
export const USM = 3;

/** RFC 3412, section 6.4. */
const SIZE_LEAST = 484;
const ENGINE_ID_BYTES_MAX = 32;
const USER_BYTES_MAX = 32;
const DIGEST_BYTES_MAX = 64;
const SALT_BYTES_MAX = 16;
const CONTEXT_BYTES_MAX = 32;
const EMPTY = Buffer.alloc(0);

export interface UsmMessage {
  readonly id: number;
  /** What the other side can take, in bytes. */
  readonly sizeMax: number;
  readonly flags: number;
  readonly model: number;
  readonly engineId: Buffer;
  readonly boots: number;
  readonly time: number;
  readonly user: Buffer;
  readonly digest: Buffer;
  readonly salt: Buffer;
  /** A scoped PDU, or with PRIVATE its ciphertext. */
  readonly data: BerReader;
}

/** Behind the version. @throws MalformedMessage */
export function readUsmMessage(reader: BerReader): UsmMessage {
  const header = reader.enter(SEQUENCE);
  const id = header.integer();
  const sizeMax = header.integer();
  const flags = header.octets(1);
  const model = header.integer();
  header.finish();
  if (id < 0 || sizeMax < SIZE_LEAST || flags.length !== 1) throw new MalformedMessage("header");
  const outer = reader.enter(OCTETS);
  const common = { id, sizeMax, flags: flags[0]!, model };
  if (model !== USM) {
    return {
      ...common,
      engineId: EMPTY,
      boots: 0,
      time: 0,
      user: EMPTY,
      digest: EMPTY,
      salt: EMPTY,
      data: reader,
    };
  }
  const security = outer.enter(SEQUENCE);
  outer.finish();
  const engineId = security.octets(ENGINE_ID_BYTES_MAX);
  const boots = security.integer();
  const time = security.integer();
  const user = security.octets(USER_BYTES_MAX);
  const digest = security.octets(DIGEST_BYTES_MAX);
  const salt = security.octets(SALT_BYTES_MAX);
  security.finish();
  if (boots < 0 || time < 0) throw new MalformedMessage("engine boots or time");
  const expected = (common.flags & PRIVATE) === 0 ? SEQUENCE : OCTETS;
  if (reader.tag !== expected) throw new MalformedMessage("another kind of data than the flags say");
  return { ...common, engineId, boots, time, user, digest, salt, data: reader };
}

export interface ScopedPdu {
  readonly contextEngineId: Buffer;
  readonly contextName: Buffer;
  readonly pdu: BerReader;
}

/** @throws MalformedMessage */
export function readScopedPdu(reader: BerReader): ScopedPdu {
  const scoped = reader.enter(SEQUENCE);
  reader.finish();
  const contextEngineId = scoped.octets(ENGINE_ID_BYTES_MAX);
  const contextName = scoped.octets(CONTEXT_BYTES_MAX);
  return { contextEngineId, contextName, pdu: scoped };
}

export interface Outgoing {
  readonly id: number;
  /** What we can take, in bytes. */
  readonly sizeMax: number;
  readonly engineId: Buffer;
  readonly boots: number;
  readonly time: number;
  readonly userName: Buffer;
  /** Signed with its key. */
  readonly user?: UsmUser | undefined;
  /** Encrypted with its key too. */
  readonly isPrivate?: boolean;
  readonly contextName?: Buffer;
  readonly pdu: Buffer;
}

export function writeUsmMessage(out: Outgoing): Buffer {
  const { engineId, boots, time, user } = out;
  const scoped = sequence(octets(engineId), octets(out.contextName ?? EMPTY), out.pdu);
  const secret = out.isPrivate ? user?.encrypt(scoped, boots, time) : undefined;
  const flags = (user === undefined ? 0 : AUTHENTIC) | (secret === undefined ? 0 : PRIVATE);
  const digest = Buffer.alloc(user?.digestBytes ?? 0);
  const salt = octets(secret?.salt ?? EMPTY);
  const security = sequence(
    octets(engineId),
    integer(boots),
    integer(time),
    octets(out.userName),
    octets(digest),
    salt,
  );
  const header = sequence(integer(out.id), integer(out.sizeMax), octets(Buffer.of(flags)), integer(USM));
  const data = secret === undefined ? scoped : octets(secret.bytes);
  const message = sequence(integer(VERSION_3), header, octets(security), data);
  if (user !== undefined) {
    // The digest is the last but one of the security parameters, which stand right before the data.
    const at = message.length - data.length - salt.length - digest.length;
    user.digest(message).copy(message, at);
  }
  return message;
}
