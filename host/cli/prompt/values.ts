// Values that the prompt can offer: what the sensor has just now, and lists that never change.
// Apart from completion because the sensor is asked here.
// Always holds: whoever presses a key waits ANSWER_MS at most; a sensor that is not there offers nothing.

import { ControlClient } from "../../control/client.js";
import { INCIDENT_STATES } from "../../incident/model.js";
import type { Values } from "./complete.js";

const ANSWER_MS = 500;
const FRESH_MS = 5000;
const IDS_MAX = 50;

type Ask = (client: ControlClient) => Promise<readonly string[]>;

/** By the name of the argument or the option. */
const ASKED: Readonly<Record<string, Ask>> = {
  id: incidentIds,
  into: incidentIds,
  "--interface": async (client) => {
    const { interfaces } = await client.call("v1.status", undefined, ANSWER_MS);
    return interfaces.map(({ name }) => name);
  },
  number: async (client) => {
    const { mutes } = await client.call("v1.incidents.mutes", undefined, ANSWER_MS);
    return mutes.map(({ number }) => String(number));
  },
};

const FIXED: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  "--state": async () => INCIDENT_STATES,
  "--finding": async () => (await import("../../record/findings.js")).FINDING_NAMES,
};

async function incidentIds(client: ControlClient): Promise<readonly string[]> {
  const { incidents } = await client.call("v1.incidents.list", { limit: IDS_MAX }, ANSWER_MS);
  return incidents.map(({ id }) => id);
}

export class SensorValues implements Values {
  private readonly known = new Map<string, { readonly atMs: number; readonly values: readonly string[] }>();

  constructor(private readonly socket: string) {}

  of(name: string): Promise<readonly string[]> | undefined {
    const ask = ASKED[name];
    return ask === undefined ? FIXED[name]?.() : this.asked(name, ask);
  }

  private async asked(name: string, ask: Ask): Promise<readonly string[]> {
    const nowMs = performance.now();
    const known = this.known.get(name);
    if (known !== undefined && nowMs - known.atMs < FRESH_MS) return known.values;
    let values: readonly string[] = [];
    try {
      const client = await ControlClient.connect(this.socket, ANSWER_MS);
      // What the sensor says is typed into a line as it is: only what can't disturb it.
      values = await ask(client)
        .then((all) => all.filter((value) => /^[\w.:@/-]+$/.test(value)))
        .finally(() => client.close());
    } catch {
      // Whoever runs the command hears why.
    }
    this.known.set(name, { atMs: nowMs, values });
    return values;
  }
}
