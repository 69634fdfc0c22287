// Wrong checksums.

import { expect, it } from "vitest";
import { badChecksums } from "../../../../host/report/features/bad-checksums.js";
import { flow, told } from "./rig.js";

it("are counted over the packets that the actor sent", () => {
  const flows = [flow({ orig: { packets: 4, badChecksums: 3 } }), flow({ orig: { packets: 2 } })];
  expect(told(badChecksums, { flows })).toBe("checksums are wrong in 3 of 6 packets: no host takes them in");
  expect(told(badChecksums, { flows: flows.slice(1) })).toBeUndefined();
});
