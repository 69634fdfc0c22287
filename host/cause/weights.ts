// The one table of weights: for each cause, what speaks for it and against it, how much, and why.
// Apart from the tests of the evidence (flow-evidence.ts, source-evidence.ts) because weights are a judgement, and so
// data: docs/causes.md is made from this table.
// Always holds: each (cause, key) once; a key means the same under every cause; scope `flow` is asked of one flow,
// `source` of the flows of one source together.

import type { CauseName } from "./names.js";

export type Scope = "flow" | "source";

export interface Weight {
  readonly cause: CauseName;
  readonly key: string;
  readonly scope: Scope;
  /** Above 0 for the cause, below 0 against it, 0 where it only tells. */
  readonly weight: number;
  /** Why it speaks so, and where that comes from. */
  readonly reason: string;
}

/** A cause is named from this score on; below it the answer is `unknown`. */
export const NAMED_MIN = 50;
/** `unknown` tells of the nearest cause from this score on. */
export const NEAR_MIN = 35;
/** Behind a named cause, others are listed from this score on. */
export const LISTED_MIN = 20;

type Row = readonly [key: string, weight: number, reason: string];

const NOT_ONE_WAY: Row = [
  "one-way-capture",
  -100,
  "Where only one direction passes the sensor, nothing can be said of what was not answered.",
];

const LEAKY_FILTER: readonly Row[] = [
  ["midstream-data", 20, "Data that no SYN went before: what escapes a filter that stops SYNs looks so."],
  [
    "one-sided",
    10,
    "The answers do not come, or do not pass: a filter that swallowed the SYN left nobody to answer.",
  ],
  [
    "fin-with-data",
    10,
    "A whole request and the FIN in one segment: a short exchange of which the end escaped.",
  ],
  [
    "unanswered-retransmit",
    25,
    "A sender repeats what nobody acknowledges (RFC 6298). On an asymmetric route it is acknowledged, out of sight.",
  ],
  [
    "not-repeated",
    -25,
    "It did not have to repeat: it was acknowledged, or had given up. The answer may only be late.",
  ],
  [
    "ack-stands-still",
    10,
    "The sender acknowledges nothing new: it hears nobody. This tells a leak from an asymmetric route.",
  ],
  ["dark", 15, "Nobody uses the address: there can be no conversation of which this is the other half."],
  [
    "answered-by-reset",
    5,
    "A host answers a segment of a conversation that it does not know with RST (RFC 9293, 3.5.2).",
  ],
  ["handshake-never-passed", 5, "The sensor has no reason of its own for not having seen the SYN."],
  ["handshake-evicted", -50, "The sensor saw the conversation before, so a handshake may well have passed."],
  ["handshake-before-start", -30, "The SYN may have passed before the sensor listened."],
  ["handshake-lost", -30, "The SYN may be among the frames that were lost."],
  ["syn-seen", -80, "A filter that leaks stops the SYN: here it came through."],
  ["synack-seen", -60, "Somebody answered a SYN: no filter stopped it."],
  ["ack-advances", -60, "The sender hears the other side: it exists, and answers on another way."],
  [
    "ack-advances-once",
    -20,
    "The sender heard something new of the other side, though it may have been the filter itself.",
  ],
  [
    "sends-on",
    -50,
    "Nobody may send more than the first window unacknowledged (RFC 6928): somebody acknowledges.",
  ],
  ["other-side-answers", -40, "The other side takes part in the conversation: it knows it."],
  ["alive", -10, "The address is in use, so the other half may exist."],
  ["impossible-flags", -40, "A filter lets segments through that a stack sent; no stack sends such flags."],
  [
    "no-data",
    -40,
    "What is known to escape from filters is data; ACKs, FINs and RSTs alone have many other makers.",
  ],
  NOT_ONE_WAY,
];

const LEAKY_FILTER_SOURCE: readonly Row[] = [
  ["several-leaks", 5, "A filter that leaks does it again; an accident does not."],
  [
    "few-leaks",
    -50,
    "One or two may as well be stale: idle for long, forgotten by a NAT or by a host that left, and taken up again.",
  ],
  [
    "no-syn-anywhere",
    10,
    "The hypothesis tested: SYNs are absent throughout, not only in some of the conversations.",
  ],
  [
    "syn-to-same-place",
    -60,
    "The same source reached the same service with a whole handshake: no filter between them stops its SYNs.",
  ],
  [
    "complete-elsewhere",
    -10,
    "A filter near the source would have stopped these too, as it is the same service. One near the destination " +
      "would not, so this weighs little: it says where the filter is not.",
  ],
  [
    "leaks-elsewhere",
    10,
    "Destinations that have nothing to do with each other lack the SYN alike: what they share is the source's side.",
  ],
  ["ttl-consistent", 5, "One sender on one way: its packets come with one TTL."],
  [
    "ttl-scattered",
    -10,
    "Several senders under one address, or forged ones: then it is no one host behind one filter.",
  ],
  [
    "hidden-connections",
    5,
    "The source opened far more connections than showed: the others were stopped where these were not.",
  ],
  ["rule-matched", 5, "What leaks is what such a filter is set up to stop."],
];

const ASYMMETRIC_ROUTE: readonly Row[] = [
  ["one-sided", 25, "Only one side passes here."],
  ["ack-advances", 45, "It acknowledges what did not pass here, more and more: the other side is there."],
  ["ack-advances-once", 15, "It heard something of the other side; once may be a filter's reset page."],
  [
    "completes-alone",
    35,
    "It acknowledges a SYN-ACK that did not pass here: the handshake was completed on another way.",
  ],
  [
    "answers-on",
    35,
    "A side that sends data behind its SYN-ACK got the last ACK of the handshake, out of sight.",
  ],
  ["sends-on", 45, "Somebody acknowledges, or it would have stopped after the first window (RFC 6928)."],
  ["one-way-capture", 15, "The other conversations here are one-sided in the same way."],
  [
    "handshake-never-passed",
    0,
    "Says nothing of the route: a conversation may have moved to this way in its middle.",
  ],
  ["handshake-evicted", 0, "Says nothing of the route."],
  ["handshake-before-start", 0, "Says nothing of the route."],
  ["handshake-lost", -10, "With frames lost, the other side's may be among them."],
  ["other-side-seen", -80, "Both sides pass here."],
  ["unanswered-retransmit", -20, "It repeats what nobody acknowledges: nobody hears it."],
  ["asked-silent", -25, "A SYN without an answer shows nobody, on whatever way."],
  ["data-unheard", -25, "It sent data more than once and heard nothing new: nobody shows on any way."],
  ["dark", -30, "Nobody uses the address: there is no other side."],
  ["impossible-flags", -60, "No conversation has such flags, on whatever way."],
];

const ASYMMETRIC_ROUTE_SOURCE: readonly Row[] = [
  [
    "most-hear-unseen",
    15,
    "A route is the same for all conversations between two places: others show it too.",
  ],
  ["same-pair-both-ways", -20, "Other conversations of the same two addresses pass here in both directions."],
];

const BACKSCATTER: readonly Row[] = [
  [
    "synack-unasked",
    45,
    "A SYN-ACK answers a SYN, and none passed: it was sent from elsewhere with this address.",
  ],
  [
    "reset-unasked",
    20,
    "A RST that answers nothing. Alone it weighs little: late ones end ordinary conversations.",
  ],
  ["icmp-unasked", 25, "An ICMP error about a conversation that never passed here."],
  [
    "backscatter-found",
    25,
    "The classifier looked for the question, in its table and among what it had to forget.",
  ],
  ["answer-repeated", 5, "A SYN-ACK is repeated while its ACK does not come (RFC 9293, 3.10.7)."],
  ["dark", 15, "Nobody uses the address, so nobody there asked."],
  [
    "handshake-never-passed",
    0,
    "Told for what it is: the question did not pass while the sensor could see it.",
  ],
  ["handshake-evicted", -50, "The question passed: the sensor had the conversation before."],
  ["handshake-before-start", -40, "The question may have passed before the sensor listened."],
  ["handshake-lost", -30, "The question may be among the frames that were lost."],
  ["lost-then", -30, "The question may be among the frames that were lost."],
  ["near-start", -40, "The question may have passed before the sensor listened."],
  ["syn-seen", -80, "The question passed here."],
  ["other-side-seen", -60, "The address that is answered takes part."],
  ["carries-data", -60, "Data is more than an answer to a SYN."],
  ["hears-unseen", -60, "It hears somebody: its conversation takes another way."],
  NOT_ONE_WAY,
];

const BACKSCATTER_SOURCE: readonly Row[] = [
  [
    "many-answered",
    25,
    "A flood forges its addresses at random, so its victim answers many that never asked (Moore, Voelker and Savage 2001).",
  ],
  ["same-pair-both-ways", -20, "The two addresses do converse here: the question may only have been missed."],
];

const SCAN: readonly Row[] = [
  ["asked-silent", 15, "A SYN that nobody answered. One is nothing: hosts are down every day."],
  ["asked-refused", 15, "Refused at once, by RST or ICMP: nothing listens there."],
  ["half-open", 25, "Its own RST as soon as the port proved open: who wants the service goes on (nmap -sS)."],
  ["syn-scan", 25, "The classifier saw a connection asked for and given up."],
  ["port-sweep", 35, "The classifier counted the ports that this source asked of one host."],
  ["host-sweep", 35, "The classifier counted the hosts that this source asked."],
  ["dark", 15, "Who knows the service does not ask where nobody is."],
  ["midstream", -50, "A scan by SYN begins with one."],
  ["handshake-complete", -20, "The connection was wanted, and accepted."],
  ["carries-data", -30, "Data was exchanged: who scans rarely stays."],
  ["hears-unseen", -60, "It is answered, on another way."],
  ["handshake-lost", -20, "Answers may be among the frames that were lost."],
  ["lost-then", -20, "Answers may be among the frames that were lost."],
  NOT_ONE_WAY,
];

const SCAN_SOURCE: readonly Row[] = [
  [
    "many-hosts",
    30,
    "Twenty and more hosts asked for one port in vain: ordinary programs ask a few again and again.",
  ],
  [
    "hosts-in-a-row",
    25,
    "They are neighbours (one /24, one /64): a list of names does not give such addresses.",
  ],
  [
    "many-ports",
    45,
    "Fifteen and more ports of one host asked in vain: no program looks for its service so.",
  ],
  ["very-many", 15, "A hundred and more."],
  [
    "one-place",
    -40,
    "All of it went to one port of one host: a client that tries again, or a flood, but not a search.",
  ],
  ["mostly-complete", -40, "Most of what this source asks for is answered and used."],
];

const STEALTH_SCAN: readonly Row[] = [
  ["null-scan", 60, "No flag at all: no stack sends it (RFC 9293, 3.10.7.1; nmap -sN)."],
  ["fin-scan", 60, "FIN without ACK: no stack sends it (nmap -sF)."],
  ["xmas-scan", 60, "FIN, PSH and URG without ACK: no stack sends it (nmap -sX)."],
  ["syn-fin", 60, "SYN and FIN in one conversation of one packet: opening and closing at once."],
  [
    "ack-scan",
    30,
    "An ACK of nothing: it maps filters (nmap -sA), but what is left of an old conversation looks so too.",
  ],
  ["probe-unanswered", 10, "Silence or RST is what the probe is made to tell apart (RFC 9293, 3.10.7)."],
  ["no-data", 5, "A probe carries nothing."],
  ["dark", 10, "Who converses with somebody does not probe where nobody is."],
  [
    "handshake-never-passed",
    0,
    "Told for what it is: there was no conversation that these packets could belong to.",
  ],
  ["handshake-evicted", -40, "A late packet of a conversation that the sensor knew."],
  ["handshake-before-start", -30, "A late packet of a conversation older than the sensor."],
  ["handshake-lost", -20, "The conversation's other packets may be among the frames that were lost."],
  ["carries-data", -50, "Probes carry no data."],
  ["handshake-complete", -80, "There was a conversation."],
  ["hears-unseen", -50, "There is a conversation, on another way."],
];

const STEALTH_SCAN_SOURCE: readonly Row[] = [
  ["several-probed", 20, "Several ports or hosts, probed with flags that no stack sends, are a search."],
];

const INJECTED: readonly Row[] = [
  [
    "overlap-conflict",
    60,
    "The same sequence numbers with other bytes: two senders, or one that means to confuse.",
  ],
  [
    "fragment-overlap",
    55,
    "Fragments with other bytes for the same place: no stack makes them (RFC 5722, RFC 8200 4.5).",
  ],
  ["overlaps-counted", 20, "A segment sent again had other bytes; a program may itself have rewritten them."],
  ["rst-injected", 60, "A RST that the end it claims to come from shows no sign of having sent."],
  ["land", 60, "Source and destination are the same: the source is forged."],
  ["ttl-jitter", 25, "Packets of one direction came over very different ways: one of two senders is nearer."],
  ["ip-id-jitter", 15, "Two counters number the packets of one direction."],
  [
    "reset-with-jitter",
    15,
    "The reset is what a second sender is there for; but balancers, which send with a TTL of their own, reset too.",
  ],
  ["conflict-with-jitter", 15, "The conflicting bytes, and signs of a second sender, in one conversation."],
  [
    "one-sender",
    -30,
    "All packets of that side came with one TTL and from one counter of IP IDs: one sender, whose stack contradicts itself.",
  ],
  ["ttl-narrow", -10, "A hop or two between: two ways of one route do that."],
  ["damaged", -25, "Wrong checksums: bytes that differ may be damage, not forgery."],
  ["handshake-never-passed", 0, "Says nothing of who sent what."],
  ["handshake-evicted", 0, "Says nothing of who sent what."],
  ["handshake-before-start", 0, "Says nothing of who sent what."],
  ["handshake-lost", -10, "With frames lost, a sequence looks odder than it was."],
];

const PICKUP: readonly Row[] = [
  [
    "handshake-before-start",
    75,
    "Heard first soon after the sensor began, and without a SYN: it may be older.",
  ],
  [
    "handshake-evicted",
    55,
    "The sensor had this conversation and gave up its place in the table: its handshake was seen then.",
  ],
  ["other-side-seen", 10, "Both sides converse."],
  ["ack-advances", 10, "It hears the other side."],
  ["midstream-data", 5, "It carries data, as running conversations do."],
  ["one-sided", -5, "A running conversation mostly shows both sides."],
  ["syn-seen", -100, "Its beginning was seen."],
  ["synack-seen", -60, "Its beginning was seen."],
  ["impossible-flags", -50, "No running conversation has such flags."],
  ["dark", -15, "Nobody is there to have had a conversation before."],
];

const UNKNOWN: readonly Row[] = [
  [
    "findings-unexplained",
    20,
    "Something is strange, but what is there fits several causes, or none that stray knows.",
  ],
  ["nearest", 10, "How near the best of the other causes came."],
  ["handshake-never-passed", 5, "A conversation without a beginning, and no more than that."],
  ["handshake-lost", 15, "The capture lost frames then: what is missing may be the sensor's own doing."],
];

function rows(cause: CauseName, scope: Scope, list: readonly Row[]): Weight[] {
  return list.map(([key, weight, reason]) => ({ cause, key, scope, weight, reason }));
}

export const WEIGHTS: readonly Weight[] = [
  ...rows("leaky-filter", "flow", LEAKY_FILTER),
  ...rows("leaky-filter", "source", LEAKY_FILTER_SOURCE),
  ...rows("asymmetric-route", "flow", ASYMMETRIC_ROUTE),
  ...rows("asymmetric-route", "source", ASYMMETRIC_ROUTE_SOURCE),
  ...rows("backscatter", "flow", BACKSCATTER),
  ...rows("backscatter", "source", BACKSCATTER_SOURCE),
  ...rows("scan", "flow", SCAN),
  ...rows("scan", "source", SCAN_SOURCE),
  ...rows("stealth-scan", "flow", STEALTH_SCAN),
  ...rows("stealth-scan", "source", STEALTH_SCAN_SOURCE),
  ...rows("injected", "flow", INJECTED),
  ...rows("pickup", "flow", PICKUP),
  ...rows("unknown", "flow", UNKNOWN),
];
