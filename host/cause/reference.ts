// docs/causes.md, made from the table of weights.
// Apart from the table because a page has room for what a comment has not.
// Always holds: the page in docs/ is this text, held by a test: `STRAY_UPDATE=1 npx vitest run test/host/cause`
// writes it anew.

import { CAUSE_WORDS, CAUSES_IN_ORDER, type CauseName } from "./names.js";
import { LISTED_MIN, NAMED_MIN, NEAR_MIN, WEIGHTS } from "./weights.js";

const HEAD = `# Causes

Why a conversation is strange. stray weighs each cause by what speaks for it and against it, for one flow or for the
flows of one source together, and says all of it in words. This page is made from the table that the weights are taken
from (\`host/cause/weights.ts\`).

- A **score** is the sum of the weights of the evidence that holds, held within 0 and 100. It orders causes; it is not
  a probability.
- From ${NAMED_MIN} on a cause is **named**, the heaviest first; of equals the one that accuses less. Behind it others are
  listed from ${LISTED_MIN} on. Below ${NAMED_MIN} the answer is \`unknown\`, with the findings that are left over and the nearest cause
  (from ${NEAR_MIN} on). Where nothing is strange there is no answer at all.
- Of a **source** those flows are taken that speak for the cause by themselves (15 or more, and at most 30 below the
  loudest). Evidence of a flow then weighs by the share of these flows in which it holds, and evidence of the source
  is added. So one leak among a thousand good conversations is still seen, and a property that only some of the flows
  have weighs less.
- The **actor** of a flow is the end that sent, where only one did; else the initiator.

## Why no handshake was seen

A TCP flow without SYN and SYN-ACK always says which of four it is. They are asked in this order, since each takes from
the next its meaning:

| Key | It is said when |
| --- | --- |
| \`handshake-evicted\` | The flow has the note \`evicted-before\`, or its direction is \`learnt\`: the sensor knew the conversation. |
| \`handshake-before-start\` | It has the note \`pickup\`, or began within a minute of the sensor's start. |
| \`handshake-lost\` | It has the note \`loss\`, or frames were being lost in capture when it began. |
| \`handshake-never-passed\` | None of these: the sensor has no reason of its own. |

## Leaky filter or asymmetric route

Both show one side alone. The difference is whether that side hears somebody: an acknowledgement number that goes
forward, an ACK behind an unseen SYN-ACK, or more data than the first window says that the other side is there, on
another way. One that stands still while the same data is sent again says that nobody is.

A leak is then tested on the source, as a hypothesis:

- **SYNs are absent throughout** its conversations with that destination, not only in some.
- **Its TTL is consistent**: one sender on one way.
- **A whole handshake with the same service** (address and port) speaks strongly against any filter between the two.
- **Whole conversations of the same service with other addresses** speak against a filter near the source, which would
  stop those too, but not against one near the destination. So they weigh little: they say where the filter is not.
  On other ports they say nothing, since a filter for web traffic leaves mail alone.
- **Other destinations that lack the SYN alike**, and no whole conversation with any, put the filter near the source.
- **Its source ports** (\`host/hidden/\`) may show that far more connections were opened than leaked.

## One-way captures

Where only one direction passes the sensor, \`scan\`, \`leaky-filter\` and \`backscatter\` lose 100: nothing can be said of
what was not answered. It is known from the configuration, or by the flows: of at least three one-sided TCP flows, which
are four fifths of all, half show that their side hears the other. Silence alone, as in a dark network, is no such thing.

## Beside the rules' \`cause:\`

Alerts carry a cause too, which rules can ask for (\`cause:\`, see [rules.md](rules.md)). It is weighed in the hot path
(\`assembly/detect/cause.ts\`) from one flow as it stands at that packet, with few of these weights: no source, no dark
addresses, no words. It may differ from the answer here, which knows the whole flow and its company; where they differ,
this one is better founded.
`;

export function causesReference(): string {
  return `${HEAD}${CAUSES_IN_ORDER.map(causeText).join("")}`;
}

function causeText(cause: CauseName): string {
  const { meaning } = CAUSE_WORDS[cause];
  const rows = WEIGHTS.filter((weight) => weight.cause === cause).map(
    ({ key, scope, weight, reason }) => `| \`${key}\` | ${signed(weight)} | ${scope} | ${reason} |`,
  );
  const table = ["| Evidence | Weight | Of a | Why |", "| --- | --- | --- | --- |", ...rows].join("\n");
  return `\n## ${cause}\n\n${meaning[0]?.toUpperCase()}${meaning.slice(1)}.\n\n${table}\n`;
}

function signed(weight: number): string {
  return weight > 0 ? `+${weight}` : String(weight);
}
