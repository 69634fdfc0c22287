// Reports to try the page and IODEF with: the letter's, of one flow, of thousands, of several cases, of an incident, and
// one in which every text means harm.
// Apart from what gathers real reports, so that each form can be tried with what real traffic rarely gives.
// Always holds: a sample is a report as the model says; the letter's numbers are those of its capture.

import { letterFrames } from "../../../examples/letter.js";
import { type FlowFacts, mergeFacts } from "../../../host/cause/facts.js";
import { CAUSE_WORDS } from "../../../host/cause/names.js";
import { type WeighedCause, weighSource } from "../../../host/cause/weigh.js";
import { fitPorts } from "../../../host/hidden/fit.js";
import {
  type About,
  type Case,
  type CaseAlert,
  type CaseCause,
  type CaseFlow,
  type Hidden,
  LOG_COLUMNS,
  REPORT_VERSION,
  type Report,
  type SequencePoint,
  type SequenceSeries,
} from "../../../host/report/model.js";
import { classified } from "../cause/classified.js";
import { flow, START_US } from "../cause/flows.js";

const BUCKETS = 60;
const SEQUENCES = 12;

export const ABOUT: About = {
  program: "stray",
  programVersion: "0.1.0",
  madeMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  origin: { kind: "captures", files: [{ path: "letter.pcap", bytes: 2893 }] },
  firstUs: START_US,
  lastUs: START_US + 967_000_000,
  zone: "UTC",
  counts: {
    packets: 24,
    wireBytes: 2485,
    flows: 7,
    alerts: 1,
    undecoded: 2,
    undecodedByReason: { "ip-short": 2 },
    truncated: 0,
    evicted: 0,
    refused: 0,
    badChecksums: 0,
    clockBack: 0,
  },
  home: { networks: ["130.216.0.0/16"], how: "given", unused: ["130.216.236.45"] },
  rules: { name: "letter.rules", count: 1, hash: "0123456789abcdef" },
  profile: "default",
  gaps: ["Nothing is known of what happened before the capture began."],
};

export function reportOf(cases: readonly Case[], about: Partial<About> = {}): Report {
  return {
    format: "stray-report",
    version: REPORT_VERSION,
    about: { ...ABOUT, ...about },
    cases,
    casesLeftOut: 0,
  };
}

export function letterSample(): Report {
  const facts = classified(letterFrames().map(({ timeNs, frame }) => ({ timeNs, bytes: frame })));
  return reportOf([
    caseOf(facts, {
      destinationIsDark: true,
      alerts: [{ ...ALERT, flow: facts.find(({ source }) => source.port === 27708)!.id }],
      sequences: letterSequences(facts),
    }),
  ]);
}

export function oneFlowSample(): Report {
  return reportOf([
    caseOf([
      flow({ findings: ["midstream-data", "one-way"], orig: { packets: 1, flags: "FPA", appBytes: 97 } }),
    ]),
  ]);
}

/** So many flows, 40 a second; the ports go round many times, and some flows are another counter's. */
export function manySample(count: number): Report {
  const flows = Array.from({ length: count }, (_, i) =>
    flow({
      at: i / 40,
      sport: 1024 + ((i % 40 === 7 ? i * i * 7919 : i * 37 + ((i * i) % 11)) % 64_512),
      destination: `198.51.100.${i % 200}`,
      findings: i % 3 === 0 ? ["midstream-data"] : ["midstream-data", "one-way", "unanswered-retransmit"],
      orig: { packets: 2, flags: "PA", appBytes: 97 },
    }),
  );
  return reportOf([caseOf(flows)]);
}

export function severalSample(): Report {
  const scan = Array.from({ length: 30 }, (_, i) =>
    flow({
      source: "203.0.113.7",
      sport: 40_000 + i,
      destination: `198.51.100.${i}`,
      at: i,
      sawSyn: true,
      findings: ["host-sweep"],
      orig: { packets: 1, flags: "S" },
    }),
  );
  const v6 = [
    flow({
      family: 6,
      proto: 58,
      source: "2001:db8::1",
      sport: 1,
      destination: "2001:db8::2",
      dport: 4,
      findings: ["backscatter"],
    }),
  ];
  const cases = [...letterSample().cases, caseOf(scan), caseOf(v6)].map((one, i) => ({
    ...one,
    number: i + 1,
  }));
  return { ...reportOf(cases), casesLeftOut: 2 };
}

/** The letter's case as a sensor keeps it. */
export function incidentSample(): Report {
  const openedMs = START_US / 1000 + 61_000;
  const cases = letterSample().cases.map((one) => ({
    ...one,
    id: "I-7K3QF2MX",
    alerts: one.alerts.map((alert) => ({ ...alert, flow: null })),
  }));
  return reportOf(cases, {
    counts: null,
    profile: null,
    zone: "Europe/Berlin",
    origin: {
      kind: "incident",
      id: "I-7K3QF2MX",
      state: "acknowledged",
      openedMs,
      changedMs: openedMs + 3_600_000,
      closedMs: null,
      reopened: 1,
      suppressed: 3,
      previous: "I-2222AAAA",
      merged: ["I-3333BBBB"],
      inForce: [{ config: "00112233aabbccdd", rules: "ffeeddcc99887766", sinceMs: openedMs }],
      notes: [{ ms: openedMs + 1000, who: "rf", text: "asked the provider, ticket 4711" }],
      events: [
        { ms: openedMs, what: "opened", who: "stray", text: "midstream-data" },
        { ms: openedMs + 3_600_000, what: "acknowledged", who: "rf", text: "" },
      ],
      evidence: [{ timeUs: START_US, packet: 9, worker: 0, gid: 1, sid: 1 }],
    },
  });
}

/** What texts from the wire, from rules and from people may try. */
export const HARM =
  "</script></style><img src=x onerror=\"document.title='harmed'\"><!--<script>document.title='harmed'</script>" +
  "\u001b[31m\u202egnp.exe\u2028\u2029'\"><svg onload=document.title='harmed'>&lt;&#x3c; javascript:alert(1)";

/** Keys whose values are words of the model, times zones and addresses apart. */
const WORDS = new Set([
  "format",
  "program",
  "kind",
  "zone",
  "how",
  "severity",
  "finding",
  "role",
  "unit",
  "counter",
  "cause",
  "basis",
  "state",
  "what",
]);

/** Every text that is not a word of the model is harmful. */
export function harmed(report: Report): Report {
  const json = JSON.stringify(report, (key, value: unknown) => {
    if (typeof value === "string") return WORDS.has(key) ? value : HARM;
    // Lists of texts are told apart by their place in them.
    return Array.isArray(value) ? value.map((one) => (typeof one === "string" ? HARM : one)) : value;
  });
  return JSON.parse(json) as Report;
}

// ---- Parts -------------------------------------------------------------------------------------------------------

const ALERT: CaseAlert = {
  gid: 1,
  sid: 1,
  rev: 1,
  message: "WEB-IIS File permission canonicalization",
  classification: "Web Application Attack",
  priority: 1,
  references: [
    { system: "cve", id: "2000-0884", url: "https://www.cve.org/CVERecord?id=CVE-2000-0884" },
    { system: "bugtraq", id: "1806", url: null },
  ],
  count: 1,
  firstUs: START_US + 361_308_104,
  lastUs: START_US + 361_308_104,
  dump: [
    "[**] WEB-IIS File permission canonicalization [**]",
    "10/17-11:37:07.512622 0:0:C:46:5C:D1 -> 0:E0:1E:8E:31:71 type:0x800 len:0x97",
    "217.29.131.130:27708 -> 130.216.236.45:80 TCP TTL:101 TOS:0x0 ID:20959 IpLen:20 DgmLen:137 DF",
    "***AP**F Seq: 0x586174AC Ack: 0xFFC41C7 Win: 0x4470 TcpLen: 20",
    "47 45 54 20 2F 73 63 72 69 70 74 73 2F 2E 2E 25 GET /scripts/..%",
    "63 31 25 31 63 2E 2E 2F 77 69 6E 6E 74 2F 73 79 c1%1c../winnt/sy",
  ],
  moreDumps: [],
  flow: null,
};

interface CaseParts {
  readonly destinationIsDark?: boolean;
  readonly alerts?: readonly CaseAlert[];
  readonly sequences?: readonly SequenceSeries[];
}

function caseOf(given: readonly FlowFacts[], parts: CaseParts = {}): Case {
  const facts = mergeFacts(given);
  const { destinationIsDark = false, alerts = [], sequences = [] } = parts;
  const [first] = facts;
  const subject = first!.source.address;
  const firstUs = first!.startUs;
  const lastUs = Math.max(...facts.map(({ endUs }) => endUs));
  const destinations = [...new Set(facts.map(({ destination }) => destination.address))];
  const ports = [...new Set(facts.map(({ destination }) => destination.port))];
  const sum = (of: (flow: FlowFacts) => number): number => facts.reduce((total, one) => total + of(one), 0);
  const weighed = weighSource(facts, {
    darkAddresses: (address) => (destinationIsDark && address === destinations[0] ? "dark" : "unknown"),
  });
  const findings = [...new Set(facts.flatMap((one) => one.findings))];
  return {
    number: 1,
    id: "R-5TZ0PQ1A",
    kind: "source",
    title: `${subject} leaks through a filter: data without a handshake to ${destinations[0]}`,
    subject,
    severity: "high",
    firstUs,
    lastUs,
    counts: {
      flows: facts.length,
      packets: sum(({ orig, resp }) => orig.packets + resp.packets),
      bytes: sum(({ orig, resp }) => orig.bytes + resp.bytes),
      alerts: alerts.length,
      sources: 1,
      destinations: destinations.length,
      ports: ports.length,
    },
    sources: [subject],
    destinations: destinations.slice(0, 20),
    ports: ports.slice(0, 20),
    findings: findings.map((finding) => ({
      finding,
      flows: facts.filter((one) => one.findings.includes(finding)).length,
    })),
    flows: facts.slice(0, 500).map(lineOf),
    flowsLeftOut: Math.max(0, facts.length - 500),
    packets: { count: sum(({ orig }) => orig.packets), leftOut: 0, reason: null },
    features: [
      {
        key: "one-way",
        text: `traffic is unidirectional: ${facts.length} flows, and not one packet came back`,
        holds: facts.length,
        of: facts.length,
        unit: "flows",
        exceptions: [],
        exceptionsLeftOut: 0,
        ordinary: null,
      },
      {
        key: "ip-id-zero",
        text: "IP ID zero in 23 of 24 packets",
        holds: 23,
        of: 24,
        unit: "packets",
        exceptions: [
          {
            text: "20959 in the packet logged at 11:37:07.512622",
            timeUs: firstUs + 361_308_104,
            flow: first!.id,
          },
        ],
        exceptionsLeftOut: 0,
        ordinary: "zero with DF is ordinary today (RFC 6864)",
      },
    ],
    alerts,
    alertsLeftOut: 0,
    causes: weighed.map(causeOf),
    hidden: [hiddenOf(facts)],
    checks: [
      {
        text: "Ask who runs the filter near the source whether it lets segments through whose SYN it stopped.",
        command: null,
      },
      {
        text: "Look at all packets of the source in the capture.",
        command: "stray read letter.pcap 'host 217.29.131.130' -Z b",
      },
    ],
    series: {
      packetsByFinding: {
        basis: "flows",
        startUs: firstUs,
        bucketUs: Math.max(1_000_000, Math.ceil((lastUs - firstUs + 1) / BUCKETS)),
        buckets: BUCKETS,
        series: findings.map((finding) => ({ finding, counts: bucketed(facts, finding, firstUs, lastUs) })),
      },
      sequences: sequences.slice(0, SEQUENCES),
      sequencesLeftOut: Math.max(0, sequences.length - SEQUENCES),
    },
    gaps: ["Whether other sources of the same network leak alike is not known: this capture has one source."],
  };
}

function bucketed(facts: readonly FlowFacts[], finding: string, firstUs: number, lastUs: number): number[] {
  const bucketUs = Math.max(1_000_000, Math.ceil((lastUs - firstUs + 1) / BUCKETS));
  const counts = new Array<number>(BUCKETS).fill(0);
  for (const one of facts) {
    if (!one.findings.includes(finding as never)) continue;
    const at = Math.min(BUCKETS - 1, Math.floor((one.startUs - firstUs) / bucketUs));
    counts[at] = (counts[at] ?? 0) + one.orig.packets;
  }
  return counts;
}

function lineOf(facts: FlowFacts): CaseFlow {
  const { startNs: _, ...rest } = facts;
  const time = new Date(facts.startUs / 1000).toISOString().slice(11, 19);
  const texts: Readonly<Record<string, string>> = {
    stime: `17 Oct 01 ${time}`,
    proto: facts.proto === 6 ? "tcp" : String(facts.proto),
    saddr: facts.source.address,
    sport: String(facts.source.port),
    dir: "?>",
    daddr: facts.destination.address,
    dport: String(facts.destination.port),
    spkts: String(facts.orig.packets),
    dpkts: String(facts.resp.packets),
    sappbytes: String(facts.orig.appBytes),
    dappbytes: String(facts.resp.appBytes),
    state: facts.stateText,
  };
  return { facts: rest, role: "strange", cells: LOG_COLUMNS.map(({ name }) => texts[name] ?? "") };
}

function causeOf({ cause, score, evidence }: WeighedCause): CaseCause {
  const { title, meaning } = CAUSE_WORDS[cause];
  return {
    cause,
    title,
    meaning,
    score,
    speaksFor: evidence.filter(({ weight }) => weight > 0),
    speaksAgainst: evidence.filter(({ weight }) => weight < 0),
    neither: evidence.filter(({ weight }) => weight === 0),
    story: [
      "The source lies behind a filter that is set up to stop such requests. It stops the SYN, so that no connection comes " +
        "about, but some later segments escape.",
    ],
  };
}

function hiddenOf(facts: readonly FlowFacts[]): Hidden {
  const fit = fitPorts(facts.map(({ startUs, source }) => ({ timeUs: startUs, port: source.port })));
  const lastUs = Math.max(...facts.map(({ startUs }) => startUs));
  const place = (us: number): number =>
    fit.kind === "sequential" ? fit.intercept + (fit.slope * (us - fit.startUs)) / 1e6 : 0;
  const line: Hidden["line"][number][] = [];
  if (fit.kind === "sequential") {
    const { rangeSize: size, rangeLow: low, startUs, slope } = fit;
    const when = (value: number): number => startUs + ((value - fit.intercept) / slope) * 1e6;
    for (let round = Math.floor(place(startUs) / size); round <= Math.floor(place(lastUs) / size); round++) {
      const fromUs = Math.max(startUs, when(round * size));
      const toUs = Math.min(lastUs, when((round + 1) * size));
      const at = (us: number): number => low + place(us) - round * size;
      line.push({ fromUs, fromValue: at(fromUs), toUs, toValue: at(toUs) });
    }
  }
  return {
    counter: "source-port",
    text:
      fit.kind === "sequential"
        ? `The source ports follow one another: about ${fit.estimated} connections in ${Math.round(fit.spanSeconds)} s, ` +
          `${fit.rate.toFixed(1)} a second, of which ${fit.seen} showed.`
        : "The source ports do not follow one another.",
    fit,
    points: facts.map(({ startUs, source, id }) => ({
      timeUs: startUs,
      value: source.port,
      flow: id,
      isOnLine: fit.kind === "sequential" && isNear(source.port - fit.rangeLow, place(startUs), fit),
    })),
    pointsLeftOut: 0,
    line,
  };
}

function isNear(
  value: number,
  place: number,
  { rangeSize, tolerance }: { rangeSize: number; tolerance: number },
): boolean {
  const off = (((value - place) % rangeSize) + rangeSize) % rangeSize;
  return Math.min(off, rangeSize - off) <= tolerance + 1;
}

/** From the capture's frames: where each packet's data lies, and which were sent before. */
function letterSequences(facts: readonly FlowFacts[]): SequenceSeries[] {
  return facts.map((one) => {
    const points: SequencePoint[] = [];
    for (const { timeNs, frame } of letterFrames()) {
      const view = new DataView(frame.buffer, frame.byteOffset);
      if (view.getUint16(34) !== one.source.port) continue;
      const offset = view.getUint32(38) - one.orig.seqFirst;
      const size = view.getUint16(16) - 40;
      const flags = size > 0 ? "FIN,ACK,PSH" : "FIN,ACK";
      const isAgain = points.some((before) => before.offset === offset && before.size === size);
      points.push({ timeUs: Number(timeNs / 1000n), offset, size, flags, isAgain });
    }
    const { source, destination } = one;
    return {
      flow: one.id,
      label: `${source.address}.${source.port} -> ${destination.address}.${destination.port}`,
      base: one.orig.seqFirst,
      points,
      pointsLeftOut: 0,
    };
  });
}
