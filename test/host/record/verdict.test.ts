// What a record says became of its flow inline: as field and in EVE.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { EveFlow } from "../../../host/export/eve-flow.js";
import { fieldByName } from "../../../host/record/fields.js";
import { buildRecord } from "../../support/record-builder.js";

const DROPPED = L.FLOW_FLAG_DROPPED;
const REJECTED = L.FLOW_FLAG_REJECTED;
const SIMULATED = L.FLOW_FLAG_SIMULATED;

describe("the verdict of a flow", () => {
  const cases: [number, string, string | undefined][] = [
    [0, "", undefined],
    [DROPPED, "drop", "drop"],
    [DROPPED | REJECTED, "reject", "drop"],
    [DROPPED | SIMULATED, "would-drop", undefined],
    [DROPPED | REJECTED | SIMULATED, "would-drop", undefined],
  ];
  it.each(cases)("of flags %i is %j", (flowFlags, verdict, action) => {
    const record = buildRecord({ flowFlags });
    const field = fieldByName("verdict")!;
    expect(field.type === "text" && field.value(record, {} as never)).toBe(verdict);
    const event = JSON.parse(new EveFlow("", () => undefined).text(record, 0));
    expect(event.flow.action).toBe(action);
    expect(event.stray.verdict).toBe(verdict === "" ? undefined : verdict);
  });
});
