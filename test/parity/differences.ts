// The known differences between argus and stray: each with who is right, why, and how to tell it from the flows.
// Apart, and split by layer, because this list is the argument that stray is right where it differs.
// Always holds: a rule speaks only of the aspects it names, and only on evidence in the flows themselves.

import type { Aspect, Difference } from "./compare.js";
import { DECODE_RULES } from "./differences/decode.js";
import { IP_RULES } from "./differences/ip.js";
import { LINK_RULES } from "./differences/link.js";
import { TRANSPORT_RULES } from "./differences/transport.js";

export interface Known {
  id: string;
  right: "stray" | "argus" | "neither" | "both";
  why: string;
  /** argus cannot decode this: such flows are not ones that both can decode, and are outside the fraction. */
  outside?: true;
  aspects: readonly Aspect[];
  isEvident: (difference: Difference) => boolean;
}

export const KNOWN: readonly Known[] = [...LINK_RULES, ...IP_RULES, ...DECODE_RULES, ...TRANSPORT_RULES];
