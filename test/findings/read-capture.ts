// Reads captures one after the other with everything on that finds something: detection, inspection, starter rules.
// Apart from what is made of them because only this knows the classifier.
// Always holds: a capture's flows do not depend on those before it; a damaged one gives what was read, and its problem.

import { AlertRing, drainAlerts } from "../../host/alert/alert-ring.js";
import { alertFlowId } from "../../host/alert/flow-key.js";
import { CaptureReader } from "../../host/capture/reader.js";
import { type FlowFacts, factsOf, mergeFacts } from "../../host/cause/facts.js";
import { STARTER_RULES } from "../../host/config/paths.js";
import { FlowRecord } from "../../host/record/flow-record.js";
import { protocolText } from "../../host/record/names.js";
import { installRules } from "../../host/rules/install.js";
import { type LoadedRules, loadRules } from "../../host/rules/load.js";
import { type Limits, writeConfig } from "../../host/wasm/config.js";
import { writeHomes } from "../../host/wasm/homes.js";
import { createSensor, type Sensor } from "../../host/wasm/module.js";
import { profileLimits } from "../../host/wasm/profiles.js";
import type { CaptureFile } from "../support/capture-files.js";

export interface FoundFlow {
  readonly facts: FlowFacts;
  /** As the Proto column prints it. */
  readonly proto: string;
  readonly isIp: boolean;
  /** Rules that gave an alert in it, once each. */
  readonly sids: readonly number[];
}

export interface CaptureFindings {
  readonly name: string;
  readonly packets: number;
  readonly flows: readonly FoundFlow[];
  /** What is wrong with the file; `isUnread` when nothing at all could be read. */
  readonly problem?: string;
  readonly isUnread: boolean;
}

export interface Found {
  readonly captures: readonly CaptureFindings[];
  /** What each rule that spoke says. */
  readonly ruleTexts: ReadonlyMap<number, string>;
}

/** Every alert counts: nothing is held back by its rate. */
const LIMITS: Limits = { ...profileLimits(), detect: true, inspect: true, alertRate: 0 };

export class FindingsReader {
  private readonly sensor: Sensor = createSensor(LIMITS);
  private readonly record = new FlowRecord(this.sensor.memory.buffer);
  private readonly rules: LoadedRules;
  readonly ruleTexts = new Map<number, string>();

  /** `home`: networks that are ours, in CIDR form; none are guessed. */
  constructor(private readonly home: readonly string[]) {
    this.rules = loadRules({ files: [STARTER_RULES], home, limitBytes: LIMITS.rulesLimit });
  }

  async read({ path, name }: CaptureFile): Promise<CaptureFindings> {
    const { exports, memory } = this.sensor;
    writeConfig(memory, LIMITS);
    writeHomes(
      memory,
      this.home.map((network) => ({ network, kind: "ours" as const })),
    );
    exports.init();
    const { compiled } = this.rules;
    installRules(memory, compiled.image);
    exports.takeRules();
    const alerts = new AlertRing(memory, (_generation, index) => compiled.rules[index]);
    const facts: FlowFacts[] = [];
    const names = new Map<string, { proto: string; isIp: boolean }>();
    const sids = new Map<string, Set<number>>();
    const result = await new CaptureReader(this.sensor, [path]).read(
      (ring, count) => {
        for (let index = 0; index < count; index++) {
          const record = this.record.pointAt(ring.address(index));
          const flow = factsOf(record);
          facts.push(flow);
          names.set(flow.id, { proto: protocolText(record), isIp: record.isIp });
        }
      },
      {
        orderedFlush: false,
        onRun: () => {
          drainAlerts(alerts, alerts.capacity, (alert) => {
            if (!alert.isTold) return;
            const id = String(alertFlowId(alert));
            sids.set(id, (sids.get(id) ?? new Set()).add(alert.sid));
            this.ruleTexts.set(alert.sid, alert.rule?.message ?? "");
          });
        },
      },
    );
    const [problem] = result.problems;
    return {
      name,
      packets: result.packets,
      flows: mergeFacts(facts).map((flow) => ({
        facts: flow,
        ...(names.get(flow.id) ?? { proto: String(flow.proto), isIp: false }),
        sids: [...(sids.get(flow.id) ?? [])].sort((a, b) => a - b),
      })),
      ...(problem === undefined ? {} : { problem: problem.message }),
      isUnread: problem !== undefined && result.packets === 0,
    };
  }
}
