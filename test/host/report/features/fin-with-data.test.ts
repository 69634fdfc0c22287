// Data and FIN in one segment.

import { expect, it } from "vitest";
import { finWithData } from "../../../../host/report/features/fin-with-data.js";
import { flags, flow, leak, many, told } from "./rig.js";

const data = { payloadSize: 80 };

it("counts packets with data only", () => {
  const packets = [...many(3, () => ({ ...data, tcpFlags: flags("FPA") })), { tcpFlags: flags("FA") }];
  expect(told(finWithData, { flows: [flow()], packets })).toBe(
    "FIN comes together with data in all 3 packets that have any",
  );
  expect(
    told(finWithData, { flows: [flow()], packets: [...packets, { ...data, tcpFlags: flags("PA") }] }),
  ).toBe(
    "FIN comes together with data in 3 of 4 packets that have any; except no FIN in the packet of 11:31:10.000000",
  );
});

it("is not told where it is the end of a long conversation", () => {
  const packets = [
    { ...data, tcpFlags: flags("PA") },
    { ...data, tcpFlags: flags("PA") },
    { ...data, tcpFlags: flags("FPA") },
  ];
  expect(told(finWithData, { flows: [flow()], packets })).toBeUndefined();
});

it("goes by the finding where packets are not there", () => {
  expect(told(finWithData, { flows: [leak(), leak({ sport: 2, at: 1, findings: [] })] })).toBe(
    "FIN comes together with data, and no handshake before, in 1 of 2 flows; except none in the flow of 11:31:07.000000 from port 2",
  );
  expect(told(finWithData, { flows: [flow()] })).toBeUndefined();
});
