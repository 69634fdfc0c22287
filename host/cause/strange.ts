// The findings that want a cause. Apart because what is left out is a judgement of its own.
// Always holds: left out is what ordinary traffic shows every day, and what is only a property of packets.

import { FINDING_NAMES, type FindingName } from "../record/findings.js";

/** One-way UDP and resets, the zero IDs of today's Linux (RFC 6864), damage on the way, options of headers. */
const ORDINARY: ReadonlySet<FindingName> = new Set(["one-way", "ip-id-zero", "bad-checksum", "bad-header"]);

export const STRANGE_FINDINGS: ReadonlySet<FindingName> = new Set(
  FINDING_NAMES.filter((name) => !ORDINARY.has(name)),
);
