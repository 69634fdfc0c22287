// The SNMP agent under 50,000 damaged messages: nothing is thrown, nothing leaks, each is accounted for, and a right request
// is answered afterwards. The long mode: `npm run fuzz`.

import { expect, it } from "vitest";
import { seedOf } from "../support/random.js";
import { runSnmpSession } from "./snmp-session.js";

it("the SNMP agent bears whatever comes", () => {
  const { counts, heapGrowth } = runSnmpSession({ seed: seedOf("snmp fuzz"), messages: 50_000 });
  console.info(`heap: ${heapGrowth} bytes more; ${JSON.stringify(counts)}`);
  // Every way out is taken: the damage is of every kind.
  const { faults, ...others } = counts as Record<string, number>;
  expect(faults).toBe(0);
  for (const [name, count] of Object.entries(others)) {
    if (name !== "send-errors" && name !== "wrong-model") expect(count, name).toBeGreaterThan(0);
  }
});
