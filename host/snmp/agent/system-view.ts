// What an agent without snmpd tells beside STRAY-MIB: the system group (RFC 3418), its engine (RFC 3411) and what USM
// refused (RFC 3414). Managers look there first to see what they talk to.
// Apart because with an snmpd in front it is snmpd's to tell.
// Always holds: the list is in the order of the identifiers.

import { INTEGER, OBJECT_ID, OCTETS } from "../ber/reader.js";
import { COUNTER32, TIME_TICKS } from "../ber/varbind.js";
import type { SnmpEngine } from "../engine.js";
import { compareOids, isBelow, type Oid } from "../oid.js";
import type { Instance, InstanceView } from "../view.js";
import type { AgentCounts } from "./counts.js";
import { MESSAGE_BYTES_MAX, USM_STAT_COUNTS } from "./responder.js";

const SYSTEM: Oid = [1, 3, 6, 1, 2, 1, 1];
const ENGINE: Oid = [1, 3, 6, 1, 6, 3, 10, 2, 1];
const USM_STATS: Oid = [1, 3, 6, 1, 6, 3, 15, 1, 1];
/** RFC 3418, sysServices: an application (2^6) on a host (2^3). */
const SERVICES = 72;
const TICK_MS = 10;
/** Lengths of RFC 3418's DisplayStrings. */
const TEXT_BYTES_MAX = 255;

export interface SystemFacts {
  readonly description: string;
  /** `1.3.6.1.4.1...` */
  readonly objectId: string;
  readonly contact: string;
  readonly name: string;
  readonly location: string;
  readonly uptimeMs: () => number;
}

interface Scalar {
  readonly oid: Oid;
  readonly type: number;
  value(): number | string | Buffer;
}

export function systemView(facts: SystemFacts, engine: SnmpEngine, counts: AgentCounts): InstanceView {
  const text = (words: string) => {
    const value = clippedUtf8(words);
    return () => value;
  };
  const system = (number: number, type: number, value: Scalar["value"]) =>
    scalar(SYSTEM, number, type, value);
  return new ScalarView([
    system(1, OCTETS, text(facts.description)),
    system(2, OBJECT_ID, () => facts.objectId),
    system(3, TIME_TICKS, () => Math.floor(facts.uptimeMs() / TICK_MS)),
    system(4, OCTETS, text(facts.contact)),
    system(5, OCTETS, text(facts.name)),
    system(6, OCTETS, text(facts.location)),
    system(7, INTEGER, () => SERVICES),
    scalar(ENGINE, 1, OCTETS, () => engine.id),
    scalar(ENGINE, 2, INTEGER, () => engine.boots),
    scalar(ENGINE, 3, INTEGER, () => engine.time),
    scalar(ENGINE, 4, INTEGER, () => MESSAGE_BYTES_MAX),
    ...USM_STAT_COUNTS.map((name, at) => scalar(USM_STATS, at + 1, COUNTER32, () => counts.values[name])),
  ]);
}

function scalar(group: Oid, number: number, type: number, value: Scalar["value"]): Scalar {
  return { oid: [...group, number, 0], type, value };
}

class ScalarView implements InstanceView {
  constructor(private readonly scalars: readonly Scalar[]) {}

  get(oid: Oid) {
    const found = this.scalars.find((one) => compareOids(one.oid, oid) === 0);
    if (found !== undefined) return told(found);
    // Without the 0 it is the object, not an instance of it.
    const isKnown = this.scalars.some((one) => isBelow(oid, one.oid.slice(0, -1)));
    return isKnown ? "noSuchInstance" : "noSuchObject";
  }

  next(oid: Oid) {
    const found = this.scalars.find((one) => compareOids(one.oid, oid) > 0);
    return found === undefined ? undefined : told(found);
  }
}

function told({ oid, type, value }: Scalar): Instance {
  return { oid, type, value: value() };
}

/** Several views as one; none may have an instance of another. */
export function joinedView(...views: readonly InstanceView[]): InstanceView {
  return {
    get(oid) {
      let answer: ReturnType<InstanceView["get"]> = "noSuchObject";
      for (const view of views) {
        const found = view.get(oid);
        if (typeof found !== "string") return found;
        if (found === "noSuchInstance") answer = found;
      }
      return answer;
    },
    next(oid) {
      let first: Instance | undefined;
      for (const view of views) {
        const found = view.next(oid);
        if (found !== undefined && (first === undefined || compareOids(found.oid, first.oid) < 0))
          first = found;
      }
      return first;
    },
  };
}

/** Whole characters only. */
function clippedUtf8(words: string): Buffer {
  let bytes = Buffer.from(words, "utf8");
  for (let text = words; bytes.length > TEXT_BYTES_MAX; bytes = Buffer.from(text, "utf8"))
    text = text.slice(0, -1);
  return bytes;
}
