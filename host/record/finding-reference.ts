// docs/findings.md, made from the table of findings.
// Apart from the table because a page has room for what a table has not.
// Always holds: the page in docs/ is this text, held by a test: `STRAY_UPDATE=1 npx vitest run test/host/record` writes it
// anew.

import * as D from "../../assembly/detect/detect-layout.js";
import { FINDING_TABLE, type FindingEntry, type FindingNeeds, THRESHOLDS } from "./finding-table.js";

const NEEDS_TEXTS: Readonly<Record<FindingNeeds, string>> = {
  nothing: "always",
  detection: "with `detection.enabled`",
  inspection: "with `inspection.enabled`",
  rules: "with `inspection.enabled` and rules",
};

const HEAD = `# Findings

What stray calls strange, exactly: what each finding needs, what excludes it, and at how much. A finding is raised once
a flow, with the packet that makes it so; sweeps, scans and floods once a source or target and window. Each has a counter,
\`finding-NAME\`, which is the number of flows that have it. What a finding may mean together with others is said by the
causes ([causes.md](causes.md)). This page is made from the table in \`host/record/finding-table.ts\`, whose numbers are
the classifier's own constants.

- **Needs**: findings of a packet or a flow by itself are always raised. Those that need what an address did before, or who
  lives in our networks ([dark.md](dark.md)), need \`detection.enabled\`; those in streams, \`inspection.enabled\`.
- **Fields** named as evidence are those of [record-fields.md](record-fields.md).
- **Time** is that of the packets. Where it is about, the classifier counts in units of 1.07 s (2^30 ns).
- **Bounds**: sources, targets and conversations that lost their places are kept in tables of a fixed size. Where one is
  full, what did least goes first: forged sources that ask for less than ${D.PROTECTED_ASKS} things push out one another.
- **Rules** that ask for a finding (\`finding:\`, [rules.md](rules.md)) hear of what a packet raises in its own flow: not of
  what is told at a flow's end, or of one flow by an ICMP error of another.
- **Sketches** (${D.TRACKER_BITS} bits of ports or hosts) can only make a number look smaller than it is.

## What makes the sensor doubt itself

Many things are only strange when nothing was missed. So the classifier keeps account of what it may have missed:

| It may be that | told by | Then |
| --- | --- | --- |
| the conversation is known, and its record was made | direction \`learnt\`; note \`evicted-before\`, for ${D.RECENT_COARSE_MAX} s or so after it lost its place, ${D.RECENT_HANDSHAKE_COARSE_MAX} s for a handshake | nobody is accused of what comes late |
| the table had no place for a packet | reason \`refused\`, note \`evicted-before\` | likewise |
| the sensor had just begun | note \`pickup\` | what lacks a beginning is no finding |
| frames were lost, within ${D.LOSS_COARSE_MAX} s or so | note \`loss\` | likewise |
| only one direction passes | flows in which one side alone was heard and its acknowledgement went forward, as many as flows of both sides | silence of datagrams, pings and probes, answers without questions, and dark addresses are not told |
| a flow that asked lost its place before an answer had its time | counter \`asked-lost\` | its answer is taken in all the same |

`;

export function findingsReference(): string {
  return `${HEAD}## All of them\n\n${overview()}\n${FINDING_TABLE.map(section).join("")}`;
}

function overview(): string {
  const rows = FINDING_TABLE.map(
    ({ name, needs, places, meaning }) =>
      `| [\`${name}\`](#${name}) | ${NEEDS_TEXTS[needs]} | ${places.join(", ")} | ${meaning} |`,
  );
  return ["| Finding | Raised | Where | Meaning |", "| --- | --- | --- | --- |", ...rows, ""].join("\n");
}

function section(entry: FindingEntry): string {
  const { name, meaning, needs, places, required, excluded, thresholds, evidence, origin, advice } = entry;
  const limits =
    thresholds.length === 0
      ? ""
      : `\n| Threshold | Value | |\n| --- | --- | --- |\n${thresholds.map(thresholdRow).join("\n")}\n`;
  return `
## ${name}

${meaning} Raised ${NEEDS_TEXTS[needs]}: ${places.join(", ")}.

**Required**

${bullets(required)}

**Excluded**

${bullets(excluded)}
${limits}
- **Evidence**: ${evidence.map((field) => `\`${field}\``).join(" ")}
- **From**: ${origin.join("; ")}
- **What to do**: ${advice}
`;
}

function thresholdRow([name, unit, what]: FindingEntry["thresholds"][number]): string {
  return `| \`${name}\` | ${THRESHOLDS[name]} ${unit} | ${what} |`;
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join("\n");
}
