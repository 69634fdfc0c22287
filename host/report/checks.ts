// What to check next, by cause: which command, which filter, whom to ask.
// Apart because it is advice, read and changed as a table.
// Always holds: a command can be pasted into a shell as it is: addresses are numeric, names of files are quoted; a
// command line without a file names the interface as INTERFACE, which is the reader's to fill in.

import type { CauseName } from "../cause/names.js";
import { FLOOD_FINDING } from "../incident/policy.js";
import { actors, targets } from "./features/look.js";
import type { KnownCase } from "./known.js";
import type { Check } from "./model.js";

type Checks = (known: KnownCase) => Check[];

const CHECKS: Readonly<Record<CauseName, Checks>> = {
  "leaky-filter": (known) => [
    check(
      `Does one SYN of ${known.look.subject} ever arrive, before any filter of yours? If so, the filter is yours.`,
      tcpdump(known, `src host ${known.look.subject}${withFlags(known, "tcp-syn")}`, true),
    ),
    ...others(known, "midstream and oneway", "Do others leak alike? Then what they share is nearer to you."),
    abuse(
      known,
      `Ask who runs the network of ${known.look.subject} whether a filtering proxy stands there: it leaks, and something behind it should be looked at.`,
    ),
    unused(known),
    ...attack(known),
  ],
  "asymmetric-route": (known) => [
    check(
      `Where do the answers go? Compare the routes to and from ${known.look.subject}.`,
      `traceroute -n ${known.look.subject}`,
    ),
    check("Capture on the other uplink, or the other direction of the tap, at the same time.", null),
    ...others(known, "oneway and tcp", "Are all conversations with that network one-sided here?"),
  ],
  backscatter: (known) => [
    check(
      `Did one of yours ask ${known.look.subject} at all? A SYN to it would turn the case around.`,
      tcpdump(known, `dst host ${known.look.subject}${withFlags(known, "tcp-syn")}`, false),
    ),
    abuse(
      known,
      `Tell ${known.look.subject}'s operator that it is being flooded; do not block it as an attacker.`,
    ),
    check("Nothing needs to be done here: its answers reach nobody.", null),
  ],
  scan: (known) => scanned(known),
  "stealth-scan": (known) => scanned(known),
  injected: (known) => [
    check(
      "Capture nearer to either end: where the odd packets are seen, and where no more, lies who sends them.",
      tcpdump(known, `host ${known.look.subject}`, true),
    ),
    check(
      "Compare TTL and IP ID of the odd packets with those around them; the features above name some.",
      tcpdump(known, `host ${known.look.subject}${withFlags(known, "tcp-rst")}`, false, "-v"),
    ),
    check(
      "Ask whether a firewall, a captive portal or intrusion prevention on the way resets connections.",
      null,
    ),
  ],
  pickup: (known) => [
    check("Let the sensor run on: a conversation that begins under its eyes will show its handshake.", null),
    ...everything(known),
  ],
  unknown: (known) => [
    check("Look at the packets themselves.", tcpdump(known, `host ${known.look.subject}`, false, "-v -X")),
    ...everything(known),
    abuse(known, `If it goes on, ask who runs the network of ${known.look.subject}.`),
  ],
};

/** For the first cause; of a case without one, as for an unknown. */
export function checksOf(cause: CauseName | undefined, known: KnownCase): Check[] {
  // Half-open connections from everywhere are no search, whatever each of them looks like.
  if (known.look.kind === "target" && known.findings.includes(FLOOD_FINDING)) return flooded(known);
  const own = CHECKS[cause ?? "unknown"](known);
  const said = new Set(own.map(({ command }) => command));
  const rest = cause === "unknown" || cause === "pickup" || cause === undefined ? [] : everything(known);
  return [...own, ...rest.filter(({ command }) => !said.has(command))];
}

function scanned(known: KnownCase): Check[] {
  const { look, isOurs } = known;
  const [actor = look.subject] = actors(look);
  const open = look.flows.some(({ sawSynAck }) => sawSynAck);
  return [
    ...(open
      ? [
          check(
            "Services accepted it (the features name them): are they meant to be reached from there?",
            stray(known, `src host ${actor} and synack`),
          ),
        ]
      : [check("Nothing accepted it: nothing it asked for was learnt but that.", null)]),
    ...others(known, `host-sweep or port-sweep or syn-scan`, "Do others scan at the same time?"),
    isOurs === true
      ? check(`${actor} is one of yours: find the machine and what runs on it.`, `ip neigh show ${actor}`)
      : abuse(known, `Tell the abuse contact of ${actor}'s network, with the log above.`),
    check(`If it goes on, block it at the border; see first that nobody needs it.`, null),
  ];
}

function flooded(known: KnownCase): Check[] {
  const { subject } = known.look;
  return [
    check(
      `Does ${subject} still answer others? SYN cookies let it (on the host itself).`,
      "sysctl net.ipv4.tcp_syncookies; ss -n -t state syn-recv | wc -l",
    ),
    check(
      "Ask your provider to filter it before it reaches you; the addresses it comes from are mostly forged, so that blocking them one by one helps little.",
      null,
    ),
    check(
      "What do its packets have in common that a filter could ask for? The features above say.",
      tcpdump(known, `dst host ${subject}${withFlags(known, "tcp-syn")}`, false),
    ),
    ...everything(known),
  ];
}

function unused(known: KnownCase): Check {
  const [target, ...more] = targets(known.look);
  return more.length > 0 || target === undefined
    ? check(
        "Make sure that the addresses spoken to are not in use: DHCP leases, ARP tables, neighbours.",
        null,
      )
    : check(
        `Make sure that nobody uses ${target}: DHCP leases, ARP tables, neighbours.`,
        `ip neigh show ${target}`,
      );
}

function attack({ alerts, look }: KnownCase): Check[] {
  const [first] = alerts;
  if (first === undefined) return [];
  const [target] = targets(look);
  return [
    check(
      `If anybody does answer at ${target ?? "the destination"}, look in its logs for what the alert shows (${first.message}).`,
      null,
    ),
  ];
}

function everything(known: KnownCase): Check[] {
  const { subject } = known.look;
  return [check(`What else does ${subject} do?`, stray(known, `host ${subject}`))];
}

function others(known: KnownCase, filter: string, text: string): Check[] {
  return [check(text, stray(known, `(${filter}) and not host ${known.look.subject}`))];
}

function abuse({ look, isOurs }: KnownCase, text: string): Check {
  if (isOurs === true)
    return check(`${look.subject} is one of yours: find the machine.`, `ip neigh show ${look.subject}`);
  return check(text, `whois ${look.subject} | grep -i -E 'abuse|netname|descr|orgname'`);
}

function check(text: string, command: string | null): Check {
  return { text, command };
}

/** The flows again, from the captures or from the sensor's store. */
function stray({ files }: KnownCase, filter: string): string {
  if (files.length === 0) return `stray flows --from -1d '${filter}'`;
  return `stray read -Z b ${files.map(shellWord).join(" ")} - '${filter}'`;
}

/** `isLive`: what comes from now on is asked for. */
function tcpdump({ files }: KnownCase, filter: string, isLive: boolean, options = ""): string {
  const from = isLive || files.length !== 1 ? "-i INTERFACE" : `-r ${shellWord(files[0]!)}`;
  return `tcpdump -n -e ${options === "" ? "" : `${options} `}${from} '${filter}'`;
}

/** pcap-filter reads TCP flags of IPv4 only. */
function withFlags({ look }: KnownCase, flag: string): string {
  return look.subject.includes(":") ? " and tcp" : ` and tcp[tcpflags] & ${flag} != 0`;
}

export function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:=@%+-]+$/.test(text) && !text.startsWith("-")
    ? text
    : `'${text.replaceAll("'", "'\\''")}'`;
}
