// Fragments.

import { expect, it } from "vitest";
import { fragments } from "../../../../host/report/features/fragments.js";
import { flow, told } from "./rig.js";

it("are counted, and odd ones told", () => {
  const flows = [flow({ orig: { packets: 4, fragments: 4 } })];
  expect(told(fragments, { flows })).toBe("all 4 packets are fragments");
  expect(
    told(fragments, {
      flows: [...flows, flow({ findings: ["fragment-tiny"], orig: { packets: 2, fragments: 1 } })],
    }),
  ).toBe("5 of 6 packets are fragments, tiny or overlapping ones in 1 flow");
  expect(told(fragments, { flows: [flow()] })).toBeUndefined();
});
