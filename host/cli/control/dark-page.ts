// What is known of addresses as text: networks, ranges, one address in plain words.
// Apart from the work so that a test reads it without a sensor. Always holds: comments that people gave are printed with
// control characters escaped; times are local.

import type {
  AddressReport,
  HeardReport,
  ListReport,
  NetworkReport,
  RangeReport,
} from "../../dark/report.js";
import { printable } from "../../errors.js";
import { type TextColumn, textTable } from "./text-table.js";
import { countText, durationText, timeText, UNKNOWN } from "./units.js";

const NETWORKS: readonly TextColumn<NetworkReport>[] = [
  { header: "HOME NETWORK", text: ({ network }) => printable(network) },
  { header: "KNOWN FROM", text: ({ from }) => printable(from) },
  { header: "ALIVE", text: ({ alive }) => countText(alive), isRight: true },
  { header: "DARK", text: ({ dark }) => numberText(dark), isRight: true },
  { header: "UNKNOWN", text: ({ unknown }) => numberText(unknown), isRight: true },
  {
    header: "LEARNING",
    text: ({ learningUntilMs }) => (learningUntilMs === null ? "over" : `until ${timeText(learningUntilMs)}`),
  },
];

const RANGES: readonly TextColumn<RangeReport>[] = [
  {
    header: "ADDRESSES",
    text: ({ first, last }) => printable(first === last ? first : `${first} - ${last}`),
  },
  { header: "COUNT", text: ({ count }) => numberText(count), isRight: true },
  { header: "STATE", text: ({ state }) => state },
  { header: "WHY", text: whyText },
];

export const NO_HOMES =
  "no home networks are known, so no address is called dark: set sensor.home, or give a capture interface an address";

export function networkLines(networks: readonly NetworkReport[]): readonly string[] {
  return networks.length === 0 ? [NO_HOMES] : textTable(NETWORKS, networks);
}

export function rangeLines(ranges: readonly RangeReport[], which: string): readonly string[] {
  return ranges.length === 0 ? [`no addresses are ${which}`] : textTable(RANGES, ranges);
}

function whyText({ reason, list, heard }: RangeReport): string {
  switch (reason) {
    case "list":
      return list === null ? "" : listText(list);
    case "heard":
      return heard === null ? "" : `${heard.how.join(", ")}; last ${timeText(heard.lastMs)}`;
    case "edge":
      return "the network's own address, or its broadcast";
    case "one-way":
      return "no conversation of ours was seen yet";
    case "learning":
      return "still learning";
    default:
      return heard === null ? "never heard" : `last heard ${timeText(heard.lastMs)}`;
  }
}

/** `192.0.2.128/25 is unused, imported: the lab's` */
function listText({ network, use, origin, comment }: ListReport): string {
  const by = origin === "configured" ? `as detection.${use} says` : "as an imported list says";
  return `${printable(network)} is ${use}, ${by}${comment === "" ? "" : `: ${printable(comment)}`}`;
}

/** Sentences: what it is, and why. */
export function addressLines(report: AddressReport): readonly string[] {
  const { address, state, network, from, reason } = report;
  const where =
    network === null
      ? []
      : [
          `It lies in ${printable(network)}, ${from === "sensor.home" ? "a network of sensor.home" : `${printable(from ?? "")}, since sensor.home names none`}.`,
        ];
  return [`${printable(address)} is ${STATE_WORDS[state]}.`, ...where, ...reasonLines(report, reason)];
}

const STATE_WORDS = {
  dark: "dark: nobody uses it",
  alive: "alive: somebody uses it",
  unknown: "unknown: it has not shown itself, which says nothing yet",
  foreign: "foreign: it is none of ours",
  group: "no host's address",
} as const;

function reasonLines(report: AddressReport, reason: AddressReport["reason"]): string[] {
  const { list, heard, aliveMs, learningUntilMs, nowMs } = report;
  const heardLines = heard === null ? ["It has never shown itself."] : [heardText(heard)];
  switch (reason) {
    case "outside":
      return ["It lies in no home network, and no list has it."];
    case "list":
      return [
        ...(list === null ? [] : [`${capital(listText(list))}.`]),
        ...(heard === null ? [] : [heardText(heard)]),
      ];
    case "heard":
      return [...heardLines, stayText(heard, aliveMs)];
    case "edge":
      return [
        "It is the first or the last address of its network: that means the network, or everybody in it.",
      ];
    case "one-way":
      return [
        ...heardLines,
        "No conversation was seen in which one of ours and another both spoke: perhaps only one direction passes the sensor.",
      ];
    case "learning":
      return [
        ...heardLines,
        `Its network is still being learnt, until ${timeText(learningUntilMs ?? nowMs)}: it may yet show itself.`,
      ];
    default:
      return heard === null
        ? [
            "It has never shown itself: it sent nothing, answered nothing, and did not ask by ARP or neighbour discovery.",
          ]
        : [heardText(heard), `That is longer ago than detection.alive, ${durationText(aliveMs)}.`];
  }
}

const HOW_TEXTS: Readonly<Record<string, string>> = {
  sent: "it sent packets",
  answered: "it took part in conversations in which both sides spoke",
  arp: "it asked or answered by ARP",
  nd: "it advertised itself as a neighbour (IPv6)",
};

function heardText({ how, sinceMs, lastMs }: HeardReport): string {
  const ways = how.map((word) => HOW_TEXTS[word] ?? printable(word)).join(", ");
  return `It has shown itself: ${ways}; first heard ${timeText(sinceMs)}, last ${timeText(lastMs)}.`;
}

function stayText(heard: HeardReport | null, aliveMs: number): string {
  if (heard === null || aliveMs === 0) return "It counts as alive for ever (detection.alive).";
  return `It counts as alive until ${timeText(heard.lastMs + aliveMs)}, unless it is heard again (detection.alive).`;
}

function numberText(value: number | null): string {
  return value === null ? UNKNOWN : countText(value);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
