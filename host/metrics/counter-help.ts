// What each counter and gauge of the host counts: those of workers, rings, sinks, the control socket, the daemon.
// Apart from the counts themselves, which are scattered over those who count, because metrics, `stray help counters` and
// docs/counters.md tell them alike; the classifier's own have their words in host/wasm/counters.ts.
// Always holds: a name means the same wherever it stands within its scope; a test holds the table against what counts.

import { COUNTERS } from "../wasm/counters.js";

/** Where a counter stands in the answer of `stray counters --json`. */
export type CounterScope = "sensor" | "worker" | "interface" | "sink" | "control" | "gauge";

export interface CounterWords {
  readonly name: string;
  readonly help: string;
}

const words = (table: Readonly<Record<string, string>>): readonly CounterWords[] =>
  Object.entries(table).map(([name, help]) => ({ name, help }));

/** Of each worker, beside the classifier's; their sums are the sensor's. */
const WORKER_WORDS = words({
  "record-waits": "times a worker waited because the record ring was full",
  "flows-lost": "live flows lost with a worker that died",
  "blocks-lost": "blocks of a packet ring left unread because a worker died in them",
  restarts: "times a worker was started again",
});

/** Of each interface and worker. */
const INTERFACE_WORDS = words({
  "kernel-packets": "frames that the kernel put into the packet ring",
  "kernel-drops": "frames that the kernel dropped because the packet ring was full",
  "kernel-freezes": "times the kernel stopped filling the packet ring because it was full",
  frames: "frames read from the packet ring",
  blocks: "blocks read from the packet ring",
});

/** Sums over interfaces that the sensor tells too. */
const SUMMED = new Set(["kernel-packets", "kernel-drops", "kernel-freezes"]);

/** Of the daemon itself. */
const OWN_WORDS = words({
  reloads: "times a configuration was read again and taken",
  "reloads-refused": "times a new configuration was refused, the old one staying in force",
  "sink-errors": "failures of a sink that were our own fault",
  "alive-told": "addresses that workers were told of since others heard them",
  "alive-torn": "looks at a worker's table of addresses while it was being written",
  "alive-let-go": "addresses that the host's book of those in use let go for others",
  "dark-saves": "times dark.state was written",
  "dark-saved-bytes": "bytes written of dark.state",
  "dark-save-errors": "times dark.state could not be read or written",
  "dark-damaged": "damaged files dark.state that were moved aside",
});

/** Of each sink: the store, exporters, alert files, incidents, notices, SNMP, metrics. */
const SINK_WORDS = words({
  records: "records stored, written or sent",
  alerts: "alerts taken in",
  flows: "flow records added to incidents",
  packets: "packets in the files",
  messages: "messages sent, templates among them",
  lines: "lines that are whole in the file",
  bytes: "bytes written or sent",
  files: "files begun",
  dropped: "lost here: no room, or left over at the end",
  errors: "failed connections, look-ups and writes",
  pauses: "times that writing stopped for the sake of the disk's free space",
  reconnects: "sessions after the first",
  reopens: "times the file was opened again",
  templates: "messages with templates",
  "maybe-lost": "records sent, but not confirmed when a connection ended",
  "too-long": "records that no message can hold, dropped",
  cut: "events sent without their evidence because the transport takes no longer ones",
  stats: "statistics taken in",
  "stats-errors": "times the statistics could not be had",
  "files-removed": "files removed for the quota or the disk's free space",
  "bytes-removed": "bytes of the files removed",
  "tails-cut": "torn ends of files cut at the start",
  "bytes-cut": "bytes of the torn ends",
  damaged: "lines of earlier lives left out",
  "not-opened": "incidents not opened: too many at once, no room, or the file can't be used",
  muted: "alerts, flows and findings that a mute kept away",
  suppressed: "alerts and flows like those that were called a false positive",
  missed: "alerts and flows whose incident could not be read just then",
  "weigh-errors": "causes that could not be weighed: our own fault",
  forgotten: "sources and targets with too little for an incident, forgotten for newer ones",
  opened: "incidents opened",
  reopened: "closed incidents that recurred",
  "facts-dropped": "facts of flows that found no room while the file could not be written",
  flushes: "batches written",
  "flush-errors": "batches that could not be written, and are tried again",
  "flush-us": "time spent writing, in all, in microseconds",
  "flush-us-most": "time of the longest batch, in microseconds",
  "damaged-files": "files that were damaged or taken away",
  "removed-closed": "closed incidents removed for newer ones",
  "removed-acknowledged": "acknowledged incidents removed for newer ones",
  calls: "calls that the audit log was told of",
  "left-out": "refused calls not written to the audit log, since there were too many",
  rotations: "times the full audit log became the older one",
  "rotation-errors": "times the full audit log could not be moved away",
  full: "calls not written to the audit log, since it was full and could not be moved away",
  "removed-open": "open incidents removed that were not seen for 7 days",
  requests: "requests of the SNMP master that were answered",
  pings: "questions to the SNMP master whether it is there",
  notifications: "notifications that the SNMP master took",
  sessions: "sessions that were open",
  notices: "notices to operators that a receiver was to have",
  sent: "notices that an SNMP receiver has, as far as can be known",
  waiting: "notices that wait just now for an SNMP receiver",
  "given-up": "notices that waited too long for an SNMP receiver",
  "held-back": "notices not told one by one, because more came than are told a minute",
  "incident-new": "notices of new incidents",
  "bypass-engaged": "notices that bypass was engaged",
  "bypass-released": "notices that bypass was released",
  "drops-high": "notices of lost packets over their limit",
  "table-pressure": "notices of a flow table over its limit",
  "config-refused": "notices of refused configurations",
  datagrams: "datagrams that came to the SNMP agent",
  answered: "SNMP requests that were answered, with errors too",
  reports: "reports of SNMPv3, for what was refused",
  variables: "SNMP variables that were told",
  "set-refused": "SNMP requests to write",
  "too-big": "SNMP answers that did not fit, or took too long",
  "messages-malformed": "datagrams that are no SNMP message, or lie about a length",
  "messages-too-long": "SNMP messages longer than are taken",
  "wrong-version": "messages of SNMPv1, or of versions that do not exist",
  "wrong-community": "SNMP messages with a community that is none",
  "wrong-type": "SNMP messages that are no requests",
  "wrong-model": "SNMP messages of other security models",
  "wrong-flags": "SNMP messages that are encrypted but not authentic",
  "wrong-context": "SNMP requests for contexts other than the default one",
  "unsupported-levels": "SNMP requests without authentication or encryption",
  "not-in-time-window": "SNMP requests of another time: managers that begin, and what was recorded",
  "unknown-users": "SNMP requests of users that are none",
  "unknown-engines": "SNMP requests for other engines, and managers that ask for ours",
  "wrong-digests": "SNMP requests with a wrong password of authentication, or changed on their way",
  "decryption-errors": "SNMP requests with a wrong password of encryption",
  limited: "SNMP datagrams over the rate",
  rests: "times that the SNMP socket rested because too many came",
  "send-errors": "SNMP answers that the system did not take",
  faults: "faults of our own that cost an SNMP answer",
  scrapes: "times metrics were given out",
  refused: "requests for metrics that were refused: another path, method or host",
  malformed: "connections to the metrics that brought no request",
  "clients-refused": "connections to the metrics closed because there were too many",
  "clients-slow": "connections to the metrics closed because they took too long",
});

const CONTROL_WORDS = words({
  clients: "clients that were served",
  "clients-refused": "clients turned away because there were too many, or not let in",
  "clients-dropped": "clients closed because they did not read their answers",
  "clients-idle": "clients closed because they asked nothing in a long time",
  "clients-reset": "connections that ended with an error",
  requests: "requests taken",
  "requests-malformed": "lines that were no JSON or no request",
  "requests-oversized": "lines longer than allowed",
  "requests-limited": "requests refused because they came too fast",
  "requests-forbidden": "requests refused because the client's role does not suffice",
  "responses-oversized": "responses that were too large to send",
  errors: "requests that ended with an error of the method",
  "bytes-in": "bytes received",
  "bytes-out": "bytes of responses",
});

/** What is so just now. */
const GAUGE_WORDS = words({
  flows: "flows in the tables",
  "flows-max": "flows that the tables can hold",
  "flows-single": "flows of one packet",
  "flows-half-open": "TCP whose handshake is not finished",
  "flows-one-way": "flows in which one side spoke",
  "flows-two-way": "flows both ways without a handshake to judge by",
  "flows-established": "TCP connections that are established",
  "flows-closed": "TCP connections closed or reset, still remembered",
  "ring-percent": "how full the fullest packet ring is, in percent",
  "records-waiting": "flow records that wait in the record rings",
  "records-max": "flow records that the record rings can hold",
  alive: "addresses of the home networks known to be in use",
  "alive-max": "addresses in use that can be known",
  sources: "sources that are watched",
  "sources-max": "sources that can be watched",
  targets: "targets that are watched",
  "targets-max": "targets that can be watched",
});

const MODULE_WORDS: readonly CounterWords[] = COUNTERS.map(({ name, help }) => ({ name, help }));

export const COUNTER_WORDS: Readonly<Record<CounterScope, readonly CounterWords[]>> = {
  sensor: [
    ...MODULE_WORDS,
    ...WORKER_WORDS,
    ...INTERFACE_WORDS.filter(({ name }) => SUMMED.has(name)),
    ...OWN_WORDS,
  ],
  worker: [...MODULE_WORDS, ...WORKER_WORDS],
  interface: INTERFACE_WORDS,
  sink: SINK_WORDS,
  control: CONTROL_WORDS,
  gauge: GAUGE_WORDS,
};

const HELP = new Map(
  Object.entries(COUNTER_WORDS).map(([scope, table]) => [
    scope,
    new Map(table.map(({ name, help }) => [name, help])),
  ]),
);

export function counterHelp(scope: CounterScope, name: string): string | undefined {
  return HELP.get(scope)?.get(name);
}
