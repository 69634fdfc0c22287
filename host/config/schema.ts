// The configuration's JSON Schema: every key of stray.yaml with its meaning, range, default and an example.
// Apart because the validator, the messages, the default file and docs/configuration.md all come from it.
// Always holds: a key that is not here is an error; defaults are valid by this schema; ranges are in ms and bytes.

import { FINDING_NAMES } from "../record/findings.js";
import { PROFILES, profileLimits } from "../wasm/profiles.js";
import { control, metrics, notices, snmp } from "./management-schema.js";
import { FACILITIES } from "./names.js";
import {
  ACCOUNT,
  ALERTS_PATH,
  DETECTION_PATH,
  EVE_PATH,
  EVIDENCE_PATH,
  INCIDENTS_PATH,
  STARTER_RULES,
  STORE_PATH,
} from "./paths.js";
import { choice, duration, flag, integer, list, section, size } from "./schema-nodes.js";
import type { SchemaNode } from "./schema-types.js";
import { DAY_MS, formatDuration, GIB, KIB, MIB, MINUTE_MS, SECOND_MS, TIB } from "./units.js";

export const WORKERS_MAX = 16;
export const INTERFACES_MAX = 64;
export const RING_MIN_BYTES = MIB;
/** Of all rings of one worker: its window of linear memory less what the worker needs there. */
export const RINGS_MAX_BYTES = 128 * MIB;
/** By profile where it is not 8MiB. */
export const RING_SMALL_BYTES = 4 * MIB;
export const RING_BYTES = 8 * MIB;
const U32_MAX = 0xffff_ffff;

/** Timeouts are those of `stray read`. */
const LIMITS = profileLimits();

const timeout = (description: string, ms: number): SchemaNode =>
  duration(description, formatDuration(ms), { min: SECOND_MS, max: 30 * DAY_MS });

const eventTypes = (description: string, value: readonly string[], all: readonly string[]): SchemaNode => ({
  type: "array",
  description,
  default: value,
  minItems: 1,
  maxItems: all.length,
  items: { type: "string", description: "A type of event.", enum: all },
});

const statsInterval = duration("How often statistics are written, where `types` has stats.", "1m", {
  min: SECOND_MS,
  max: DAY_MS,
});

const queue = (purpose: string): SchemaNode =>
  size(`Most that waits ${purpose}; what does not fit is dropped and counted.`, "1MiB", {
    min: 64 * KIB,
    max: 64 * MIB,
  });

const sensor = section("Who this sensor is.", {
  name: {
    type: ["string", "null"],
    description: "What this sensor is called in what it exports.",
    default: null,
    defaultText: "the host's name",
    nullText: "the host's name",
    examples: ["office-1"],
    format: "sensor-name",
  },
  profile: choice(
    `Limits and memory: ${PROFILES.map(({ name, help }) => `${name} (${help})`).join("; ")}.`,
    "default",
    PROFILES.map(({ name }) => name),
    { examples: ["small"] },
  ),
  home: {
    type: "array",
    description:
      "Networks that are ours: where dark addresses are looked for (docs/dark.md), and HOME_NET in rules, unless a" +
      " variable says otherwise. While it is empty, dark addresses are looked for in the networks that the capture" +
      " interfaces have addresses in.",
    default: [],
    examples: [["192.0.2.0/24", "2001:db8::/32"]],
    maxItems: 256,
    items: { type: "string", description: "A network or an address.", format: "network" },
  },
  user: {
    type: ["string", "null"],
    description: "Account to become when started as root, once the interfaces are open.",
    default: ACCOUNT,
    nullText: "stay who we are",
    format: "account",
  },
});

const capture = section(
  "What is captured, and how.",
  {
    interfaces: {
      type: "array",
      description: "Interfaces to capture from, each once. `ip -br link` lists those there are.",
      examples: [["eth0"], ["eth0", "eth1"]],
      minItems: 1,
      maxItems: INTERFACES_MAX,
      items: { type: "string", description: "An interface's name.", format: "interface" },
    },
    mode: choice(
      "How packets reach the classifier: mapped puts the kernel's rings into its own memory, copy copies each" +
        " block, auto maps and falls back to copying where the kernel refuses.",
      "auto",
      ["auto", "mapped", "copy"],
    ),
    workers: integer(
      "Worker threads, each with tables of its own and all packets of its flows. One is enough for most links;" +
        " more than the machine has cores do not help.",
      1,
      1,
      WORKERS_MAX,
    ),
    fanout: choice(
      "How packets are spread over several workers: addresses keeps everything between two hosts together, fragments" +
        " and ICMP errors too, so that no flow is split; hash is the kernel's own (PACKET_FANOUT_HASH), which spreads" +
        " the connections of two busy hosts, but sends their fragments elsewhere.",
      "addresses",
      ["addresses", "hash"],
    ),
    ring: size(
      "Packet ring of each worker and interface, in whole MiB: what it holds bridges the time in which a worker is" +
        ` busy elsewhere. The rings of all interfaces come to ${RINGS_MAX_BYTES / MIB}MiB at most.`,
      null,
      { min: RING_MIN_BYTES, max: RINGS_MAX_BYTES },
      {
        defaultText: "8MiB; 4MiB with the small profile",
        nullText: "as the profile has it",
        examples: ["16MiB"],
      },
    ),
    snaplen: {
      ...integer("Bytes of each packet that are captured, from its link-layer header on.", 65535, 64, 262144),
      examples: [65535],
    },
    promiscuous: flag(
      "Whether packets for other hosts are captured too, as on a mirror port or a tap.",
      true,
    ),
    filter: {
      type: "string",
      description: "Which packets are captured, in the pcap-filter language; empty: all of them.",
      default: "",
      examples: ["not (tcp port 22 and host 192.0.2.10)"],
      maxLength: 4096,
    },
  },
  ["interfaces"],
);

const flows = section("How long a flow lasts, and what is said of it while it does.", {
  status: duration(
    "Interval of intermediate records of a flow that lasts.",
    "1m",
    { min: SECOND_MS, max: DAY_MS, zero: "none" },
    { examples: ["5m"] },
  ),
  "tcp-opening": timeout(
    "Idle time that ends a TCP flow whose handshake is not complete.",
    LIMITS.tcpOpeningMs,
  ),
  "tcp-established": timeout("Idle time that ends an established TCP flow.", LIMITS.tcpEstablishedMs),
  "tcp-closed": timeout("Idle time that ends a TCP flow after its FINs or an RST.", LIMITS.tcpClosedMs),
  udp: timeout("Idle time that ends a UDP flow.", LIMITS.udpMs),
  icmp: timeout("Idle time that ends an ICMP flow.", LIMITS.icmpMs),
  other: timeout("Idle time that ends a flow of any other protocol.", LIMITS.otherMs),
  fragment: timeout("How long fragments wait for the first one of their datagram.", LIMITS.fragmentMs),
  pickup: duration(
    "For how long after a start a flow without a handshake counts as older than the sensor.",
    "1m",
    { min: SECOND_MS, max: DAY_MS, zero: "never" },
  ),
  "verify-checksums": flag(
    "Whether IP, TCP, UDP and ICMP checksums are verified, where the interface has not done it already.",
    true,
  ),
});

const inspection = section("Looking into packets: streams put in order, HTTP, rules.", {
  enabled: flag("Whether packets are looked into; without it there are flows only.", true),
  "stream-depth": size("How much of each direction of a TCP connection is looked into.", "1MiB", {
    min: 4 * KIB,
    max: 4 * GIB - MIB,
    zero: "all of it",
  }),
});

const networks = (description: string, example: readonly string[]): SchemaNode => ({
  type: "array",
  description,
  default: [],
  examples: [example],
  maxItems: 256,
  items: { type: "string", description: "A network or an address.", format: "network" },
});

const detection = section(
  "What an address does over time: sweeps, floods, answers without a question, dark addresses (docs/dark.md).",
  {
    enabled: flag(
      "Whether it is kept; without it there are findings only of what a flow shows by itself.",
      true,
    ),
    learn: duration(
      "For how long no address of a new home network is called dark: time in which those who live there show" +
        " themselves. An hour holds three of the longest pauses between two questions for the time (NTP, 17 min).",
      "1h",
      { min: SECOND_MS, max: 30 * DAY_MS, zero: "at once" },
    ),
    alive: duration("How long an address counts as in use after it was last heard.", "30d", {
      min: MINUTE_MS,
      max: 365 * DAY_MS,
      zero: "for ever",
    }),
    used: networks("Networks and addresses in use, whether they speak or not; they count as ours.", [
      "192.0.2.0/28",
    ]),
    unused: networks(
      "Networks and addresses that nobody uses, whatever comes from there; they count as ours.",
      ["192.0.2.128/25"],
    ),
    directory: {
      type: "string",
      description:
        "Folder of dark.state, which keeps over restarts who is there; nothing else should lie in it.",
      default: DETECTION_PATH,
      format: "path",
    },
  },
);

/** Rules say themselves what becomes of a packet. */
const JUDGED_FINDINGS = FINDING_NAMES.filter((name) => name !== "signature");

const inline = section(
  "Standing in the wire between the two capture interfaces: forwarding what is good (docs/inline.md).",
  {
    mode: choice(
      "What the sensor does with packets: tap only listens, inline forwards between the two interfaces of" +
        " capture.interfaces and drops what rules and `policy` say, simulate forwards everything and counts what would" +
        " be dropped.",
      "tap",
      ["tap", "inline", "simulate"],
    ),
    fail: choice(
      "What becomes of the link when the sensor stands still or is gone: open lets the kernel carry frames from one" +
        " interface to the other, closed stops them.",
      "open",
      ["open", "closed"],
    ),
    deadman: duration(
      "For how long the sensor may stand still before the kernel carries frames by itself.",
      "200ms",
      {
        min: 50,
        max: 10 * SECOND_MS,
      },
    ),
    "at-stop": choice(
      "What a stop leaves behind: release leaves the interfaces as they were before the start, so that nothing is" +
        " forwarded; bypass lets the kernel go on carrying frames until the next start.",
      "release",
      ["release", "bypass"],
    ),
    policy: section(
      "What becomes of a flow with a finding, from the packet on that raised it (docs/findings.md says which packet).",
      Object.fromEntries(
        JUDGED_FINDINGS.map((name) => [
          name,
          choice(`A flow with the finding ${name}.`, "pass", ["pass", "drop", "reject"]),
        ]),
      ),
    ),
    allow: networks(
      "Networks and addresses whose packets are never dropped, whatever rules and `policy` say.",
      ["192.0.2.53"],
    ),
    "reject-rate": integer(
      "Packets a second that are made to tell both ends of a rejected flow; more are counted, not sent. 0: none.",
      100,
      0,
      100_000,
    ),
    wait: duration(
      "How long a frame waits for room in the ring of the other interface before it is dropped and counted.",
      "10ms",
      { min: 1, max: 100, zero: "not at all" },
    ),
  },
);

const rules = section("Rules as Snort 2.9 and Suricata write them (docs/rules.md).", {
  files: {
    type: "array",
    description: `Files of rules, in this order; ${STARTER_RULES} stands for those that come with stray.`,
    default: [STARTER_RULES],
    examples: [[STARTER_RULES, "/etc/stray/local.rules"]],
    maxItems: 256,
    items: { type: "string", description: "A file of rules.", format: "rule-file" },
  },
  variables: {
    type: "array",
    description:
      "Variables of rules; they go before those that the files set themselves. One with commas wants quotes.",
    default: [],
    examples: [["HTTP_PORTS=8080", "DNS_SERVERS=192.0.2.53"]],
    maxItems: 256,
    items: { type: "string", description: "A variable and its value.", format: "rule-variable" },
  },
});

const textFile = (description: string, example: string): SchemaNode => ({
  type: ["string", "null"],
  description,
  default: null,
  nullText: "no file",
  format: "path",
  examples: [example],
});

const alertFiles = (what: string, directory: string, quota: string) => ({
  enabled: flag(`Whether ${what} kept.`, true),
  directory: {
    type: "string",
    description: "Folder of the files; nothing else should lie in it.",
    default: directory,
    format: "path",
  } as const satisfies SchemaNode,
  size: size("Largest file.", "4MiB", { min: 64 * KIB, max: GIB }),
  quota: size("Most that all files come to; then the oldest go. More than `size`.", quota, {
    min: MIB,
    max: 64 * TIB,
  }),
});

const alerts = section("What is told when a rule matches.", {
  rate: integer(
    "Alerts a second that one rule may give; more are counted, not told. 0: no limit.",
    10,
    0,
    1_000_000,
  ),
  burst: integer("Alerts that one rule may give at once.", 50, 1, 1_000_000),
  full: textFile(
    "File of alerts in Snort's full form, packets and payload shown. SIGHUP opens it anew.",
    "/var/log/stray/alert-full.log",
  ),
  fast: textFile(
    "File of alerts in Snort's fast form, a line each. SIGHUP opens it anew.",
    "/var/log/stray/alert-fast.log",
  ),
  log: section(
    "Alerts for `stray alerts`, over restarts too.",
    alertFiles("alerts are", ALERTS_PATH, "64MiB"),
  ),
  evidence: section(
    "Packets that gave an alert, or that a tag or a log rule asks for, as pcapng with a comment each.",
    alertFiles("packets are", EVIDENCE_PATH, "256MiB"),
  ),
});

const incidents = section(
  "Findings and alerts of one source or target, joined in time (docs/incidents.md).",
  {
    enabled: flag("Whether incidents are kept.", true),
    directory: {
      type: "string",
      description: "Folder of the database, incidents.db; nothing else should lie in it.",
      default: INCIDENTS_PATH,
      format: "path",
    },
    join: duration("What is further apart than this is another incident.", "1h", {
      min: MINUTE_MS,
      max: 30 * DAY_MS,
    }),
    quota: size("Most that the database comes to; then the oldest closed incidents go.", "64MiB", {
      min: MIB,
      max: 4 * GIB,
    }),
    max: integer("Incidents kept at most; then the oldest closed ones go.", 10_000, 100, 100_000),
  },
);

const store = section("Flow records on this machine's disk, as IPFIX files (RFC 5655).", {
  enabled: flag("Whether flow records are stored.", true),
  directory: {
    type: "string",
    description: "Folder of the files; nothing else should lie in it.",
    default: STORE_PATH,
    format: "path",
  },
  rotate: section("When the next file is begun, whichever comes first.", {
    every: duration("Longest time that a file covers.", "5m", { min: SECOND_MS, max: DAY_MS }),
    size: size("Largest file.", "64MiB", { min: 64 * KIB, max: 16 * GIB }),
  }),
  quota: size("Most that all files come to; then the oldest go. More than `rotate.size`.", "1GiB", {
    min: MIB,
    max: 64 * TIB,
  }),
  "min-free": size("What the disk keeps free: the oldest files go, then nothing is stored.", "64MiB", {
    min: KIB,
    max: 64 * TIB,
    zero: "the disk may fill up",
  }),
  enterprise: {
    ...integer(
      "Private enterprise number of stray's own information elements, here and in what is exported. The default" +
        " is set aside for examples (RFC 5612).",
      32473,
      1,
      U32_MAX,
    ),
  },
});

const port = (value: number): SchemaNode => integer("Port of the collector.", value, 1, 65535);

const ipfixTarget = section(
  "A collector.",
  {
    host: {
      type: "string",
      description: "Name or address of the collector.",
      format: "host",
      examples: ["collector.example.net"],
    },
    port: port(4739),
    transport: choice("Protocol that carries the messages.", "udp", ["udp", "tcp"]),
    "template-refresh": duration("How often templates are sent again over UDP.", "1m", {
      min: SECOND_MS,
      max: DAY_MS,
    }),
    queue: queue("for the collector"),
    domain: integer("Observation domain (RFC 7011, section 3.1).", 1, 0, U32_MAX),
  },
  ["host"],
);

const eve: SchemaNode = {
  ...section("JSON events in a file, one a line, keyed as Suricata's EVE log. SIGHUP opens it anew.", {
    file: { type: "string", description: "Path of the file.", default: EVE_PATH, format: "path" },
    types: eventTypes(
      "What is written: alerts, flow records, the sensor's own statistics.",
      ["alert", "flow", "stats"],
      ["alert", "flow", "stats"],
    ),
    stats: statsInterval,
  }),
  type: ["object", "null"],
  default: null,
  nullText: "no file",
};

const syslogTarget = section("A receiver of JSON events as syslog messages (RFC 5424).", {
  transport: choice("How messages get there: over a socket of this machine, or over the network.", "unix", [
    "unix",
    "udp",
    "tcp",
  ]),
  target: {
    type: ["string", "null"],
    description: "Path of the socket, or with udp and tcp the receiver's name or address.",
    default: null,
    defaultText: "/dev/log with unix; udp and tcp need one",
    nullText: "/dev/log",
    examples: ["/dev/log"],
  },
  port: {
    ...integer("Port of the receiver, with udp and tcp.", 514, 1, 65535),
  },
  facility: choice("Facility of the messages.", "local0", FACILITIES),
  types: eventTypes(
    "What is sent: alerts, flow records, the sensor's own statistics, notices to operators (docs/notices.md).",
    ["alert", "flow", "notice"],
    ["alert", "flow", "stats", "notice"],
  ),
  stats: statsInterval,
  queue: queue("for the receiver"),
});

export const CONFIG_SCHEMA: SchemaNode = section("The configuration of stray, the network sensor.", {
  sensor,
  capture,
  inline,
  flows,
  inspection,
  detection,
  rules,
  alerts,
  incidents,
  store,
  export: section("Where flow records and statistics go besides the store.", {
    ipfix: list("IPFIX collectors (RFC 7011).", ipfixTarget),
    eve,
    syslog: list("Receivers of syslog.", syslogTarget),
  }),
  control,
  notices,
  snmp,
  metrics,
  log: section("What the daemon says on standard error.", {
    level: choice("The least that is said.", "info", ["debug", "info", "warn", "error"]),
    form: choice(
      "One JSON object a line, or text; auto is text on a terminal and JSON elsewhere.",
      "auto",
      ["auto", "json", "text"],
      { examples: ["text"] },
    ),
  }),
});
