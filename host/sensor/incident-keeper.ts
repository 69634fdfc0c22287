// The incidents of a running sensor: opened by the configuration, replaced on reload, closed.
// Apart from the engine because what is in force, and since when, is the daemon's business.
// Always holds: where the file can't be had, strayd runs on, and its status says why; hashes are made once for a
// configuration and its rules, not once an alert.

import { createHash } from "node:crypto";
import type { AlertSink } from "../alert/alert-sink.js";
import type { AddressState } from "../cause/questions.js";
import { toRaw } from "../config/raw.js";
import type { StrayConfig } from "../config/types.js";
import { StrayError } from "../errors.js";
import type { RecordSink, SinkLog } from "../export/sink.js";
import { IncidentEngine } from "../incident/engine.js";
import type { LiveIncident } from "../incident/live.js";
import { severityWord } from "../incident/model.js";
import type { IncidentFacts } from "../notice/notice.js";
import type { IncidentsReport } from "./view.js";

const HASH_LENGTH = 16;

export interface IncidentParts {
  readonly log: SinkLog;
  readonly startedMs: number;
  /** The compiled rules in force. */
  rulesImage(): Uint8Array | undefined;
  evidenceFile(): string | undefined;
  addressState(address: string): AddressState;
  /** Frames were lost in capture at about that time. */
  isLossNear(us: number): boolean;
  /** Each new one once. */
  onOpened(incident: IncidentFacts): void;
}

export class IncidentKeeper {
  private current: IncidentEngine | undefined;
  private configHash = "";
  private image: Uint8Array | undefined;
  private rulesHash = "";

  constructor(private readonly parts: IncidentParts) {}

  /** @throws StrayError INCIDENTS_OFF where the configuration keeps none. */
  get engine(): IncidentEngine {
    if (this.current !== undefined) return this.current;
    throw new StrayError(
      "INCIDENTS_OFF",
      "no incidents are kept: incidents.enabled is false in the configuration",
    );
  }

  get inUse(): IncidentEngine | undefined {
    return this.current;
  }

  get records(): readonly RecordSink[] {
    return this.current === undefined ? [] : [this.current.records];
  }

  get alerts(): readonly AlertSink[] {
    return this.current === undefined ? [] : [this.current.alerts];
  }

  open(config: StrayConfig): void {
    this.useConfig(config);
    const { enabled, ...options } = config.incidents;
    if (!enabled) return;
    const { log, startedMs, addressState, isLossNear } = this.parts;
    this.current = IncidentEngine.open({
      ...options,
      log,
      inForce: () => ({ config: this.configHash, rules: this.hashOfRules() }),
      evidenceFile: () => this.parts.evidenceFile(),
      onOpened: (live) => this.parts.onOpened(factsOf(live)),
      weighContext: () => ({
        sensorStartUs: startedMs * 1000,
        darkAddresses: addressState,
        lossAt: isLossNear,
      }),
    });
  }

  async replace(config: StrayConfig): Promise<void> {
    await this.close();
    this.open(config);
  }

  /** The configuration in force is another one. */
  useConfig(config: StrayConfig): void {
    this.configHash = hashOf(JSON.stringify(toRaw(config)));
  }

  report(): IncidentsReport | undefined {
    return this.current?.tally();
  }

  async close(): Promise<void> {
    const { current } = this;
    this.current = undefined;
    await current?.close();
  }

  private hashOfRules(): string {
    const image = this.parts.rulesImage();
    if (image !== this.image) {
      this.image = image;
      this.rulesHash = image === undefined ? "" : hashOf(image);
    }
    return this.rulesHash;
  }
}

function factsOf({ columns }: LiveIncident): IncidentFacts {
  const { id, kind, severity, title, subject, cause, causeScore, openedMs } = columns;
  return {
    id,
    incidentKind: kind,
    severity: severityWord(severity),
    title,
    subject,
    cause: cause ?? "",
    causeScore,
    openedMs,
  };
}

function hashOf(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex").slice(0, HASH_LENGTH);
}
