// What a manager says to an SNMP agent and makes of its answers, byte by byte, for tests without a network.
// Apart because unit tests and the fuzzer ask alike; system tests ask with net-snmp's own programs.
// Always holds: an answer is read strictly: what our agent writes wrongly is an error here.

import { GET } from "../../host/snmp/agent/pdu.js";
import {
  readScopedPdu,
  readUsmMessage,
  type UsmMessage,
  writeUsmMessage,
} from "../../host/snmp/agent/usm-message.js";
import { BerReader, SEQUENCE } from "../../host/snmp/ber/reader.js";
import { emptyVarbind } from "../../host/snmp/ber/varbind.js";
import { integer, octets, sequence, tagged } from "../../host/snmp/ber/writer.js";
import type { Oid } from "../../host/snmp/oid.js";
import { UsmUser } from "../../host/snmp/usm-user.js";

export interface Asked {
  readonly type?: number;
  readonly id?: number;
  readonly nonRepeaters?: number;
  readonly maxRepetitions?: number;
  readonly names: readonly Oid[];
}

export interface Got {
  readonly type: number;
  readonly id: number;
  readonly status: number;
  readonly index: number;
  /** Tag of the value, and its bytes. */
  readonly varbinds: readonly { readonly oid: Oid; readonly tag: number; readonly value: Buffer }[];
}

export function requestPdu({
  type = GET,
  id = 7,
  nonRepeaters = 0,
  maxRepetitions = 0,
  names,
}: Asked): Buffer {
  return tagged(
    type,
    integer(id),
    integer(nonRepeaters),
    integer(maxRepetitions),
    sequence(...names.map((name) => emptyVarbind(name))),
  );
}

export function communityRequest(asked: Asked, community = "public", version = 1): Buffer {
  return sequence(integer(version), octets(Buffer.from(community)), requestPdu(asked));
}

export function readCommunityAnswer(bytes: Buffer): Got & { readonly community: string } {
  const outer = new BerReader(bytes);
  const message = outer.enter(SEQUENCE);
  outer.finish();
  if (message.integer() !== 1) throw new Error("not SNMPv2c");
  const community = message.octets(255).toString();
  const got = readPdu(message);
  message.finish();
  return { ...got, community };
}

function readPdu(reader: BerReader): Got {
  const type = reader.tag;
  const pdu = reader.enter(type);
  const [id, status, index] = [pdu.integer(), pdu.integer(), pdu.integer()];
  const list = pdu.enter(SEQUENCE);
  pdu.finish();
  const varbinds: Got["varbinds"][number][] = [];
  while (!list.isAtEnd) {
    const one = list.enter(SEQUENCE);
    const oid = one.objectId();
    varbinds.push({ oid, ...one.raw() });
    one.finish();
  }
  return { type, id, status, index, varbinds };
}

export const ACCOUNT = {
  name: "monitor",
  auth: "sha256",
  authPassword: "the first password",
  privacy: "aes",
  privacyPassword: "the second password",
} as const;

export interface Told {
  readonly message: UsmMessage;
  readonly got: Got;
  readonly contextName: string;
}

/** A manager that speaks SNMPv3 as one user; what it knows of the agent is set by the test, or by sync(). */
export class UsmManager {
  readonly user: UsmUser;
  boots = 0;
  time = 0;
  contextName = "";
  sizeMax = 65_507;
  private messageId = 1;

  constructor(
    readonly engineId: Buffer,
    account: ConstructorParameters<typeof UsmUser>[0] = ACCOUNT,
  ) {
    this.user = new UsmUser(account, engineId);
  }

  /** What begins every conversation: an empty engine, an empty user. */
  discovery(): Buffer {
    return this.reportable(
      writeUsmMessage({
        id: this.messageId++,
        sizeMax: this.sizeMax,
        engineId: Buffer.alloc(0),
        boots: 0,
        time: 0,
        userName: Buffer.alloc(0),
        pdu: requestPdu({ names: [] }),
      }),
      undefined,
    );
  }

  request(asked: Asked, level: "authPriv" | "authNoPriv" | "noAuthNoPriv" = "authPriv"): Buffer {
    return this.wrap(requestPdu(asked), level);
  }

  /** Any bytes in place of a PDU. */
  wrap(pdu: Buffer, level: "authPriv" | "authNoPriv" | "noAuthNoPriv" = "authPriv"): Buffer {
    const user = level === "noAuthNoPriv" ? undefined : this.user;
    const bytes = writeUsmMessage({
      id: this.messageId++,
      sizeMax: this.sizeMax,
      engineId: this.engineId,
      boots: this.boots,
      time: this.time,
      userName: Buffer.from(this.user.name),
      user,
      isPrivate: level === "authPriv",
      contextName: Buffer.from(this.contextName),
      pdu,
    });
    return this.reportable(bytes, user);
  }

  /** @throws when it is not authentic though it says so, or can't be read. */
  read(bytes: Buffer): Told {
    const outer = new BerReader(bytes);
    const inner = outer.enter(SEQUENCE);
    outer.finish();
    if (inner.integer() !== 3) throw new Error("not SNMPv3");
    const message = readUsmMessage(inner);
    const isSigned = (message.flags & 1) !== 0;
    if (isSigned && !this.user.isAuthentic(bytes, message.digest)) throw new Error("not authentic");
    const isPrivate = (message.flags & 2) !== 0;
    const plain = isPrivate
      ? new BerReader(
          this.user.decrypt(message.data.octets(65_507), message.salt, message.boots, message.time)!,
        )
      : message.data;
    const { pdu, contextName } = readScopedPdu(plain);
    return { message, got: readPdu(pdu), contextName: contextName.toString() };
  }

  sync({ boots, time }: { readonly boots: number; readonly time: number }): void {
    this.boots = boots;
    this.time = time;
  }

  /** Our writer makes answers, which have no such flag. */
  private reportable(bytes: Buffer, user: UsmUser | undefined): Buffer {
    const header = new BerReader(bytes).enter(SEQUENCE);
    header.integer();
    const inner = header.enter(SEQUENCE);
    inner.integer();
    inner.integer();
    inner.octets(1)[0]! |= 4;
    if (user !== undefined) {
      const outer = new BerReader(bytes).enter(SEQUENCE);
      outer.integer();
      const { digest } = readUsmMessage(outer);
      digest.fill(0);
      user.digest(bytes).copy(digest);
    }
    return bytes;
  }
}
