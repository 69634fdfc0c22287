// The ranked causes of a case in a report's words, with the story that a person would tell.
// Apart from the weighing (host/cause/), which knows no prose.
// Always holds: a story is called what it is, one that would explain what was seen; what speaks against a cause is told
// as openly as what speaks for it.

import { CAUSE_WORDS, type CauseName } from "../cause/names.js";
import { actors, type Look, targets } from "./features/look.js";
import { addresses } from "./features/words.js";
import type { KnownCase } from "./known.js";
import type { CaseCause, CauseEvidence } from "./model.js";

/** As the weighing gives them, or as they were kept with an incident. */
export interface RankedCause {
  readonly cause: CauseName;
  readonly score: number;
  readonly evidence: readonly { readonly key?: string; readonly text: string; readonly weight: number }[];
}

export function causesOf(ranked: readonly RankedCause[], known: KnownCase): CaseCause[] {
  return ranked.map(({ cause, score, evidence }, index) => {
    const { title, meaning } = CAUSE_WORDS[cause];
    const all = evidence.map(({ key = "", text, weight }): CauseEvidence => ({ key, text, weight }));
    return {
      cause,
      title,
      meaning,
      score,
      speaksFor: all.filter(({ weight }) => weight > 0),
      speaksAgainst: all.filter(({ weight }) => weight < 0),
      neither: all.filter(({ weight }) => weight === 0),
      story: index === 0 ? STORIES[cause](known) : [],
    };
  });
}

type Story = (known: KnownCase) => string[];

const STORIES: Readonly<Record<CauseName, Story>> = {
  "leaky-filter": ({ look, alerts, hidden }) => {
    const [fit] = hidden;
    const connections =
      fit?.fit.kind === "sequential" && fit.counter === "source-port"
        ? `It opens about ${fit.fit.rate.toFixed(1)} connections a second, and nearly all of them are stopped.`
        : "How many of its connections are stopped can't be said.";
    return [
      `${look.subject} tries to reach ${whom(look)}, and a filter on the way, such as a proxy that is set up to block some kinds of traffic, stops it: no SYN comes through.`,
      "The filter does not get it quite right. It lets some later segments escape, those with data and FIN, and since nobody answers them they are sent again.",
      connections,
      ...(alerts.length === 0
        ? []
        : [
            `What escapes is an attack (${alerts[0]!.message}): a worm or other malware on ${look.subject} would explain why it asks at all.`,
          ]),
      "It does no harm by itself: without the SYN there is no connection that the data could belong to.",
    ];
  },
  "asymmetric-route": ({ look }) => [
    `${look.subject} converses with ${whom(look)}, and what comes back takes a way that does not pass here: two uplinks, a balanced route, or a tap on one direction of the line.`,
    "Nothing is wrong with the conversation itself; this sensor sees half of it.",
  ],
  backscatter: ({ look }) => [
    `Somebody floods ${addresses(actors(look))} with packets whose source addresses are forged, and some of the forged addresses are those here.`,
    "It answers them as it must. What is seen here are its answers: it is the victim, not the attacker.",
  ],
  scan: ({ look }) => [
    `${addresses(actors(look))} asks ${whom(look)} for services to learn which are there.`,
    "What was accepted is what it knows now; it, or somebody it tells, may come back for that.",
  ],
  "stealth-scan": ({ look }) => [
    `${addresses(actors(look))} sends ${whom(look)} packets with flags that no conversation has: by the answers, or by silence, it learns which ports are open or filtered, and simple logs miss it.`,
    "Such packets are made by hand or by a scanner; no system sends them by itself.",
  ],
  injected: ({ look }) => [
    `Somebody who can see the conversation of ${look.subject}, or can guess its sequence numbers, puts packets of its own into it.`,
    "Censors, captive portals and intrusion prevention do so as well as attackers: where the second sender sits tells which.",
  ],
  pickup: ({ look }) => [
    `The conversation of ${look.subject} was running when the sensor began, or when its present record of it began; its beginning was missed here, not left out by anybody.`,
  ],
  unknown: () => ["No cause that is known explains it: what was found stands above, for a person to judge."],
};

function whom(look: Look): string {
  return addresses(targets(look));
}
