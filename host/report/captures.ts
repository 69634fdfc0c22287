// A report of captures: read several times, each time for what the reading before made worth looking for.
// Apart from the command line so that tests and other programs make the same report.
// Always holds: the same captures, rules and options make the same report but for the time it is made; what can be read
// only once is kept in a nameless file meanwhile; memory is bounded whatever the captures hold.

import { createHash } from "node:crypto";
import {
  COUNTER_BAD_IP_CHECKSUM,
  COUNTER_BAD_L4_CHECKSUM,
  COUNTER_CLOCK_BACK,
  COUNTER_FLOWS_CREATED,
  COUNTER_FLOWS_EVICTED,
  COUNTER_FLOWS_REFUSED,
  COUNTER_PACKETS,
  COUNTER_TRUNCATED,
  COUNTER_UNDECODED,
  COUNTER_WIRE_BYTES,
} from "../../assembly/layout.js";
import type { OpenInput } from "../capture/inputs.js";
import type { CaptureProblem } from "../capture/problem.js";
import type { ReadProgress } from "../capture/reader.js";
import { mergeFacts } from "../cause/facts.js";
import { endsOf, type WeighContext } from "../cause/questions.js";
import { weighSource } from "../cause/weigh.js";
import { severityWith } from "../incident/finisher.js";
import type { LiveIncident } from "../incident/live.js";
import { severityNumber, severityWord } from "../incident/model.js";
import { titleOf } from "../incident/title.js";
import type { LoadedRules } from "../rules/load.js";
import { version } from "../version.js";
import type { Limits } from "../wasm/config.js";
import { readCounter, UNDECODED_REASONS } from "../wasm/counters.js";
import type { Home } from "../wasm/homes.js";
import type { Sensor } from "../wasm/module.js";
import { buildCase, type CaseMaterial } from "./build-case.js";
import { caseId } from "./case-id.js";
import { makeClock } from "./clock.js";
import type { Look } from "./features/look.js";
import { type Gathered, Gatherer } from "./gather/gather.js";
import { HomeList } from "./gather/home.js";
import { Judge } from "./gather/judge.js";
import { PACKETS_A_CASE, readPackets } from "./gather/packets.js";
import { type PassInput, readOnce } from "./gather/pass.js";
import { Pickup } from "./gather/pickup.js";
import { Speakers } from "./gather/speakers.js";
import { spoolInputs } from "./gather/spool.js";
import {
  type About,
  type Case,
  type Counts,
  type PacketsLookedAt,
  REPORT_VERSION,
  type Report,
} from "./model.js";
import type { PacketFacts } from "./packet-facts.js";

/** A mild cause lowers a case's severity only when it is weighed: more are looked at than are told. */
const LOOKED_AT_FACTOR = 2;
/** Of sources, destinations, ports. */
const LISTED_MAX = 32;

export interface CaptureReportOptions {
  readonly files: readonly string[];
  /** As openSource(); each file once. */
  readonly open: OpenInput;
  readonly limits: Limits;
  /** Name of the profile that the limits are of. */
  readonly profile: string;
  readonly rules?: LoadedRules | undefined;
  /** What the report calls them. */
  readonly rulesName: string;
  /** Networks that are ours, CIDR. */
  readonly home: readonly string[];
  /** Networks and addresses of ours that nobody uses. */
  readonly unused: readonly string[];
  /** HOME_NET of the rules was given as a variable. */
  readonly homeNet?: string | undefined;
  /** Cases at most. */
  readonly most: number;
  /** Only cases of, or against, this address. */
  readonly source?: string | undefined;
  readonly zone: string;
  readonly nowMs: number;
  readonly onProgress?: ((progress: ReadProgress) => void) | undefined;
}

export interface CaptureReport {
  readonly report: Report;
  /** Of the first reading: one for each file at most. */
  readonly problems: readonly CaptureProblem[];
  readonly warnings: readonly string[];
}

export async function makeCaptureReport(options: CaptureReportOptions): Promise<CaptureReport> {
  const spool = await spoolInputs(options.files, options.open);
  try {
    return await new Making(options, spool.open, spool.sizes).make();
  } finally {
    spool.close();
  }
}

interface ToldCases {
  readonly told: readonly Case[];
  readonly leftOut: number;
  /** Of all alerts, where the captures were read for cases: the second reading may tell of more. */
  readonly alerts?: number;
}

class Making {
  private readonly homes: readonly Home[];
  private readonly speakers: Speakers;
  private readonly homeList: HomeList | undefined;
  private readonly judge: Judge;
  private readonly unusedList: HomeList;
  private sensor: Sensor | undefined;

  constructor(
    private readonly options: CaptureReportOptions,
    private readonly open: OpenInput,
    private readonly sizes: ReadonlyMap<string, number | null>,
  ) {
    const { home, unused, source } = options;
    this.judge = new Judge(source);
    this.homes = [
      ...home.map((network) => ({ network, kind: "ours" as const })),
      ...unused.map((network) => ({ network, kind: "unused" as const })),
    ];
    this.homeList =
      this.homes.length === 0 ? undefined : new HomeList(this.homes.map(({ network }) => network));
    const { homeList } = this;
    this.speakers = new Speakers(
      home.length === 0 ? undefined : (address) => homeList?.has(address) === true,
    );
    this.unusedList = new HomeList(unused);
  }

  async make(): Promise<CaptureReport> {
    const { limits } = this;
    if (this.homes.length > 0) await this.listen();
    const rules = this.options.rules?.compiled;
    const { judge, speakers } = this;
    const first = await readOnce(this.input, {
      limits,
      rules,
      onRecord: (record) => {
        if (this.homes.length === 0) speakers.take(record);
        judge.takeRecord(record);
      },
      onAlert: (alert) => judge.takeAlert(alert),
    });
    this.sensor = first.sensor;
    const counts = countsOf(first.sensor);
    const { problems, warnings } = first;
    const cases = await this.cases(limits);
    const { alerts = judge.alerts } = cases;
    return { report: this.report({ ...counts, alerts }, cases, problems, warnings), problems, warnings };
  }

  private get limits(): Limits {
    return { ...this.options.limits, inspect: true, detect: true, alertRate: 0, statusMs: 0 };
  }

  private get input(): PassInput {
    const { files, onProgress } = this.options;
    return {
      files,
      open: this.open,
      homes: this.homes,
      alive: this.speakers.all,
      ...(this.sensor === undefined ? {} : { sensor: this.sensor }),
      ...(onProgress === undefined ? {} : { onProgress }),
    };
  }

  /** Who of ours is there at all: known before anything is called dark. */
  private async listen(): Promise<void> {
    const { sensor } = await readOnce(this.input, {
      limits: { ...this.limits, inspect: false, detect: false },
      onRecord: (record) => this.speakers.take(record),
    });
    this.sensor = sensor;
  }

  private async cases(limits: Limits): Promise<ToldCases> {
    const { most, source } = this.options;
    const judged = this.judge.judged;
    const wanted = judged.filter(
      ({ subject, isAsked }) => source === undefined || subject === source || isAsked,
    );
    const chosen = wanted.slice(0, Math.max(1, most * LOOKED_AT_FACTOR));
    if (chosen.length === 0) return { told: [], leftOut: judged.length };
    const gatherer = new Gatherer(chosen);
    // Whether what began early is older than the capture is asked of all flows of a source together: Pickup.
    await readOnce(this.input, {
      limits: { ...limits, pickupMs: 0 },
      rules: this.options.rules?.compiled,
      onRecord: (record) => gatherer.takeRecord(record),
      onAlert: (alert) => gatherer.takeAlert(alert),
    });
    const { shelves } = await readPackets(this.input, limits, gatherer.all);
    const materials = shelves.map(({ gathered, packets, isFull }) =>
      this.material(gathered, packets, isFull),
    );
    // The sort is stable: among equals the order of the first reading stays.
    materials.sort((a, b) => severityNumber(b.severity) - severityNumber(a.severity));
    const told = materials.slice(0, most).map((material, index) => buildCase(material, index + 1));
    return { told, leftOut: judged.length - told.length, alerts: gatherer.alerts };
  }

  private material(gathered: Gathered, packets: readonly PacketFacts[], isFull: boolean): CaseMaterial {
    const { live, context } = gathered;
    const { columns } = live;
    const pickup = new Pickup(this.judge.firstUs, this.options.limits.pickupMs);
    const strange = mergeFacts(gathered.facts.all);
    const goesOn = pickup.goesOn(strange);
    const flows = goesOn ? strange : strange.map((flow) => pickup.marked(flow));
    const others = mergeFacts(context).map((flow) => pickup.marked(flow));
    const causes = weighSource([...flows, ...others], this.weighContext);
    live.causes = causes;
    columns.cause = causes[0]?.cause ?? null;
    columns.causeScore = Math.round(causes[0]?.score ?? 0);
    const severity = severityWord(severityWith(live));
    const { subject, kind } = columns;
    const total = columns.packets;
    const look: Look = {
      kind,
      subject,
      flows,
      ...(flows.length < columns.flows ? { all: totalsOf(live) } : {}),
      packets: [...packets].sort((a, b) => a.timeUs - b.timeUs || a.number - b.number),
      isWhole: packets.length > 0 && packets.length === total,
      place: "in this capture",
      addressState: (address) => this.stateOf(address, flows),
      hasSpoken: (address) => this.hasSpoken(address),
      clock: makeClock(columns.firstUs, columns.lastUs),
    };
    return {
      id: caseId(kind, subject),
      kind,
      title: titleOf(live),
      severity,
      firstUs: columns.firstUs,
      lastUs: columns.lastUs,
      counts: {
        flows: columns.flows,
        packets: total,
        bytes: columns.bytes,
        alerts: columns.alerts,
        sources: live.sources.count,
        destinations: live.destinations.count,
        ports: live.ports.count,
      },
      sources: firstOf(flows.map((flow) => endsOf(flow).actor.address)),
      destinations: firstOf(flows.map((flow) => endsOf(flow).target.address)),
      ports: firstOf(flows.map((flow) => endsOf(flow).target.port).filter((port) => port >= 0)),
      findings: Object.fromEntries(live.findings),
      look,
      context: others,
      causes,
      alerts: [...gathered.alerts.values()].sort((a, b) => a.priority - b.priority || b.count - a.count),
      alertsLeftOut: Math.max(0, live.alertCounts.length - gathered.alerts.size),
      packets: lookedAt(packets.length, total, isFull),
      isOurs: this.homes.length === 0 ? undefined : this.homeList?.has(subject) === true,
      files: this.options.files.filter((file) => file !== "-"),
      gaps: this.caseGaps(gathered, flows),
    };
  }

  private hasSpoken(address: string): boolean | undefined {
    const spoke = this.speakers.has(address);
    // Where only one direction passes, silence says nothing.
    return spoke === false && this.judge.isOneWay ? undefined : spoke;
  }

  private stateOf(address: string, flows: Look["flows"]): ReturnType<Look["addressState"]> {
    const told = this.weighContext.darkAddresses?.(address) ?? "unknown";
    if (told !== "unknown") return told;
    const isFound = flows.some(
      ({ findings, destination }) => destination.address === address && findings.includes("dark-destination"),
    );
    return isFound ? "dark" : "unknown";
  }

  private get weighContext(): WeighContext {
    const { homes, speakers, homeList, judge, unusedList } = this;
    return {
      ...(judge.isOneWay ? { isOneWayCapture: true } : {}),
      ...(homes.length === 0
        ? {}
        : {
            darkAddresses: (address) => {
              if (homeList?.has(address) !== true) return "foreign";
              if (speakers.has(address) === true) return "alive";
              if (unusedList.has(address)) return "dark";
              const isTelling = speakers.hasConversation && !judge.isOneWay;
              return isTelling && speakers.has(address) === false ? "dark" : "unknown";
            },
          }),
    };
  }

  private caseGaps({ live, actors }: Gathered, flows: Look["flows"]): string[] {
    const gaps: string[] = [];
    const kept = flows.length;
    const old = flows.filter(({ notes }) => notes.includes("pickup")).length;
    if (old > 0)
      gaps.push(`Conversations that may be older than the capture, which began just before: ${old}.`);
    if (kept < live.columns.flows)
      gaps.push(`Features, causes and estimates rest on ${kept} of ${live.columns.flows} flows.`);
    if (actors.size < live.columns.flows && kept === live.columns.flows)
      gaps.push(`Packets of ${actors.size} flows were looked for.`);
    return gaps;
  }

  private report(
    counts: Counts,
    cases: ToldCases,
    problems: readonly CaptureProblem[],
    warnings: readonly string[],
  ): Report {
    const { judge, options } = this;
    const { files, rules, rulesName, profile, zone, nowMs } = options;
    const hasPackets = judge.firstUs <= judge.lastUs;
    const about: About = {
      program: "stray",
      programVersion: version(),
      madeMs: nowMs,
      origin: {
        kind: "captures",
        files: files.map((path) => ({ path, bytes: this.sizes.get(path) ?? null })),
      },
      firstUs: hasPackets ? judge.firstUs : null,
      lastUs: hasPackets ? judge.lastUs : null,
      zone,
      counts,
      home: this.homeFacts(),
      rules: {
        name: rulesName,
        count: rules === undefined ? 0 : rules.compiled.rules.length,
        hash: rules === undefined ? null : hashOf(rules.compiled.image),
      },
      profile,
      gaps: this.gaps(problems, warnings),
    };
    return {
      format: "stray-report",
      version: REPORT_VERSION,
      about,
      cases: cases.told,
      casesLeftOut: cases.leftOut,
    };
  }

  private homeFacts(): About["home"] {
    const { home, homeNet, unused } = this.options;
    if (home.length > 0) return { networks: home, how: "given", unused };
    return homeNet === undefined
      ? { networks: [], how: "unknown", unused }
      : { networks: [homeNet], how: "rules", unused };
  }

  private gaps(problems: readonly CaptureProblem[], warnings: readonly string[]): string[] {
    const { judge, homes } = this;
    return [
      ...problems.map(({ message }) => `${message}.`),
      ...warnings.map((warning) => `${warning}.`),
      ...(judge.isOneWay
        ? ["Only one direction of the traffic is in the captures: what was not answered says nothing."]
        : []),
      ...(homes.length === 0
        ? ["Which networks are yours was not said (--home): an address is only called silent, not unused."]
        : []),
      ...(judge.dropped > 0
        ? [`There was no room for ${judge.dropped} more signs of further subjects.`]
        : []),
    ];
  }
}

function totalsOf({ columns, sources, destinations, ports }: LiveIncident): NonNullable<Look["all"]> {
  return {
    flows: columns.flows,
    spanUs: columns.lastUs - columns.firstUs,
    sources: sources.count,
    destinations: destinations.count,
    ports: ports.count,
  };
}

/** In the order of time, each once. */
function firstOf<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)].slice(0, LISTED_MAX);
}

function lookedAt(count: number, total: number, isFull: boolean): PacketsLookedAt {
  const leftOut = Math.max(0, total - count);
  if (leftOut === 0) return { count, leftOut, reason: null };
  const reason = isFull
    ? `of each case at most ${PACKETS_A_CASE} packets are looked at, fewer where there are many cases`
    : "their IP header was not captured, or their flows are beyond those that are told apart";
  return { count, leftOut, reason };
}

function countsOf({ memory }: Sensor): Omit<Counts, "alerts"> {
  const count = (index: number): number => readCounter(memory, index);
  const byReason = UNDECODED_REASONS.map(
    ({ name, index }) => [name.replace(/^undecoded-/, ""), count(index)] as const,
  );
  return {
    packets: count(COUNTER_PACKETS),
    wireBytes: count(COUNTER_WIRE_BYTES),
    flows: count(COUNTER_FLOWS_CREATED),
    undecoded: count(COUNTER_UNDECODED),
    undecodedByReason: Object.fromEntries(byReason.filter(([, value]) => value > 0)),
    truncated: count(COUNTER_TRUNCATED),
    evicted: count(COUNTER_FLOWS_EVICTED),
    refused: count(COUNTER_FLOWS_REFUSED),
    badChecksums: count(COUNTER_BAD_IP_CHECKSUM) + count(COUNTER_BAD_L4_CHECKSUM),
    clockBack: count(COUNTER_CLOCK_BACK),
  };
}

export function hashOf(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex").slice(0, 16);
}
