// The causes in words, and in the order of what they accuse somebody of.
// Apart because the weighing, the report and the document tell them alike.
// Always holds: names are those of host/alert/causes.ts; of two causes with the same score the milder one goes first.

import type { CAUSE_NAMES } from "../alert/causes.js";

export type CauseName = (typeof CAUSE_NAMES)[number];

export interface CauseWords {
  readonly title: string;
  readonly meaning: string;
}

/** Mildest first. */
export const CAUSE_WORDS: Readonly<Record<CauseName, CauseWords>> = {
  pickup: {
    title: "pickup",
    meaning: "the conversation was running before the sensor, or its present record of it, began",
  },
  "asymmetric-route": {
    title: "asymmetric route",
    meaning: "the other side is there, but what it sends takes a way that does not pass here",
  },
  backscatter: {
    title: "backscatter",
    meaning: "answers to questions that somebody asked with a forged address, as a flood's victim sends them",
  },
  "leaky-filter": {
    title: "leaky filter",
    meaning:
      "a filter on the way stops the SYNs, answers or drops the conversation, and lets later segments escape",
  },
  scan: {
    title: "scan",
    meaning: "somebody asks for services at many addresses or ports to learn which are there",
  },
  "stealth-scan": {
    title: "stealth scan",
    meaning:
      "somebody probes with TCP flags that no conversation has, so that simple filters and logs miss it",
  },
  injected: {
    title: "injection",
    meaning: "a second sender put packets of its own into the conversation",
  },
  unknown: {
    title: "unknown",
    meaning: "no cause that stray knows has enough to speak for it",
  },
};

export const CAUSES_IN_ORDER = Object.keys(CAUSE_WORDS) as readonly CauseName[];
