// The packets of an incident that the sensor kept as evidence, read back from its files.
// Apart because they may be gone, or not be ours to read: a report is made all the same, and says so.
// Always holds: only packets that the incident refers to are taken, by their time and their addresses.

import { basename, join } from "node:path";
import type { Alert } from "../alert/alert.js";
import { shortTime } from "../alert/fast-format.js";
import { FullFormat } from "../alert/full-format.js";
import { asciiText } from "../alert/text.js";
import { openSource } from "../capture/source.js";
import type { FlowFacts } from "../cause/facts.js";
import { endsOf } from "../cause/questions.js";
import type { Incident } from "../incident/model.js";
import { timeFormatter } from "../print/time-format.js";
import { profileLimits } from "../wasm/profiles.js";
import { rulesFor } from "./gather/packets.js";
import { readOnce } from "./gather/pass.js";
import { type PacketFacts, packetFacts } from "./packet-facts.js";

const PROFILE = "small";
const DUMPS_MAX = 3;

export interface Evidence {
  /** Of flows whose facts were kept, in the order of time. */
  readonly packets: readonly PacketFacts[];
  /** By `gid:sid`: of the first packets of each rule. */
  readonly dumps: ReadonlyMap<string, readonly (readonly string[])[]>;
  /** What could not be read: sentences. */
  readonly gaps: readonly string[];
}

export async function readEvidence(
  incident: Incident,
  flows: readonly FlowFacts[],
  folder: string,
): Promise<Evidence> {
  const { evidence, subject } = incident;
  const names = [...new Set(evidence.flatMap(({ file }) => (file === undefined ? [] : [basename(file)])))];
  const taken = new Taking(incident, flows);
  const limits = { ...profileLimits(PROFILE), inspect: true, alertRate: 0 };
  const gaps: string[] = [];
  if (names.length > 0) {
    const files = names.map((name) => join(folder, name));
    const { problems } = await readOnce(
      { files, open: openSource, homes: [] },
      { limits, rules: rulesFor([subject], limits), onAlert: (alert) => taken.take(alert) },
    );
    gaps.push(...problems.map(({ message }) => `${message}.`));
  }
  const nameless = evidence.filter(({ file }) => file === undefined).length;
  if (nameless > 0) gaps.push(`Of ${nameless} ${nameless === 1 ? "alert" : "alerts"} no packet was kept.`);
  return { packets: taken.packets, dumps: taken.dumps, gaps };
}

class Taking {
  readonly packets: PacketFacts[] = [];
  readonly dumps = new Map<string, string[][]>();
  private readonly full = new FullFormat({ style: "letter", time: timeFormatter(shortTime(false)) });

  constructor(
    private readonly incident: Incident,
    private readonly flows: readonly FlowFacts[],
  ) {}

  take(alert: Alert): void {
    const { timeUs } = alert;
    const references = this.incident.evidence.filter((one) => one.timeUs === timeUs);
    if (references.length === 0) return;
    for (const { gid, sid } of references) this.dump(alert, gid, sid);
    const flow = this.flowOf(alert);
    if (flow === undefined) return;
    const { actor } = endsOf(flow);
    const facts = packetFacts(alert, {
      flow: flow.id,
      isActor: actor.address === alert.source && (actor.port < 0 || actor.port === alert.sport),
      isLogged: true,
    });
    if (facts !== undefined) this.packets.push(facts);
  }

  private dump(alert: Alert, gid: number, sid: number): void {
    const key = `${gid}:${sid}`;
    const dumps = this.dumps.get(key) ?? [];
    this.dumps.set(key, dumps);
    if (dumps.length >= DUMPS_MAX) return;
    const rule = this.incident.alertsBySid.find((one) => one.sid === sid && one.gid === gid);
    // It was taken out by another rule, whose name says nothing.
    const title = `[**] ${asciiText(rule?.message ?? key)} [**]`;
    dumps.push([title, ...this.full.text(alert).trimEnd().split("\n").slice(1)]);
  }

  private flowOf({
    source,
    destination,
    sport,
    dport,
    proto,
    hasPorts,
    timeUs,
  }: Alert): FlowFacts | undefined {
    const isEnd = (end: FlowFacts["source"], address: string, port: number): boolean =>
      end.address === address && (!hasPorts || end.port === port);
    return this.flows.find(
      (flow) =>
        flow.proto === proto &&
        flow.startUs <= timeUs &&
        timeUs <= flow.endUs &&
        ((isEnd(flow.source, source, sport) && isEnd(flow.destination, destination, dport)) ||
          (isEnd(flow.source, destination, dport) && isEnd(flow.destination, source, sport))),
    );
  }
}
