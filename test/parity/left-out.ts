// What is not compared at all, because argus prints something else there than what the field is said to be.
// Apart from the known differences: those are compared and judged, these have nothing to be compared with.
// Always holds: every rule has a name, and how often it was used is printed.

import type { Flow } from "./canonical.js";
import type { Field } from "./compare.js";

export interface LeftOut {
  id: string;
  /** The fields left out, or the whole flow. */
  fields: readonly Field[] | "flow";
  why: string;
  applies: (argus: Flow | undefined, stray: Flow | undefined) => boolean;
}

const ICMP_ERRORS = new Set([3, 4, 5, 11, 12]);
const IGMP = 2;
const RARP = 0x8035;

export const LEFT_OUT: readonly LeftOut[] = [
  {
    id: "icmp-error-appbytes",
    fields: ["appbytes"],
    why: "for an ICMPv4 error argus counts the quoted packet's claimed length, not what the message carries",
    applies: (argus, stray) => {
      const flow = argus ?? stray;
      return flow?.group === "icmp" && ICMP_ERRORS.has(flow.icmpType ?? -1);
    },
  },
  {
    id: "rtp-appbytes",
    fields: ["appbytes"],
    why: "argus guesses RTP and takes 12 bytes off each packet from then on",
    applies: (argus) => argus?.argus.some(({ proto }) => proto === "rtp" || proto === "rtcp") ?? false,
  },
  {
    id: "igmp",
    fields: "flow",
    why: "argus prints the group of an IGMP message in place of the destination address",
    applies: (argus, stray) => isIp(argus ?? stray) && (argus ?? stray)?.proto === IGMP,
  },
  {
    id: "non-ip-direction",
    fields: ["source", "arrow"],
    why: "the source of what is not IP is chosen by address order in argus, not by who sent first",
    applies: (argus, stray) => !isIp(argus ?? stray) && (argus ?? stray)?.group === "other",
  },
  {
    id: "rarp",
    fields: "flow",
    why: "argus prints hardware addresses for RARP (zeros for the first), and calls the answer another question",
    applies: (argus, stray) => (argus ?? stray)?.proto === RARP,
  },
];

function isIp(flow: Flow | undefined): boolean {
  return flow !== undefined && !flow.key.includes(" mac ");
}
