// Whether both directions of conversations pass: counted by flows, and forgotten by halves, so that a mended tap is seen.

import { describe, expect, it } from "vitest";
import { SIGHT_COUNT_MAX } from "../../../assembly/detect/detect-layout.js";
import * as L from "../../../assembly/layout.js";
import { back, connection, tcp, udp } from "./frames.js";
import { Rig } from "./rig.js";

const rig = new Rig();
const ENDS = { src: "198.51.100.9", dst: "203.0.113.5" };
const counts = (): [twoWay: number, unheard: number] => {
  rig.core.exports.drain();
  return [rig.core.state32(L.STATE_TWO_WAY_OFFSET), rig.core.state32(L.STATE_UNHEARD_OFFSET)];
};

describe("what passes", () => {
  it("is counted once a flow: both sides heard, whatever they said", () => {
    rig.begin({ isTwoWay: false });
    rig.send(...connection(ENDS), udp(ENDS), udp(back({ ...ENDS, dport: 53 })), udp(ENDS));
    rig.send(tcp({ ...ENDS, sport: 9, flags: "S" }), tcp({ ...back({ ...ENDS, sport: 9 }), flags: "RA" }));
    expect(counts()).toEqual([3, 0]);
  });

  it("is counted once a flow: one side heard, that hears the other", () => {
    rig.begin({ isTwoWay: false });
    rig.send(...connection(ENDS).filter((_, i) => [0, 2, 3, 5, 7].includes(i)));
    rig.send(...[1000, 2000, 3000].map((ack) => tcp({ ...ENDS, sport: 9, flags: "A", ack })));
    expect(counts()).toEqual([0, 2]);
  });

  it("is not counted of one side that hears nobody", () => {
    rig.begin({ isTwoWay: false });
    for (let i = 0; i < 9; i++)
      rig.send(
        tcp({ ...ENDS, flags: "PA", data: "data" }),
        udp(ENDS),
        tcp({ ...ENDS, sport: 9, flags: "S" }),
      );
    expect(counts()).toEqual([0, 0]);
  });

  it("is halved together", () => {
    rig.begin({ isTwoWay: false });
    rig.core.view.setUint32(L.STATE_BASE + L.STATE_TWO_WAY_OFFSET, SIGHT_COUNT_MAX - 1, true);
    rig.core.view.setUint32(L.STATE_BASE + L.STATE_UNHEARD_OFFSET, 100, true);
    rig.send(...connection(ENDS));
    expect(counts()).toEqual([SIGHT_COUNT_MAX / 2, 50]);
  });
});
