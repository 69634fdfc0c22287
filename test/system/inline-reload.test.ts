// Many reloads one after another on a busy wire, as a day of changed rules brings: not one packet is lost, comes twice or
// is overtaken. Apart from other tests of reload because here packets wait for the sensor.
// Always holds: each reload brings other rules, another policy or another allow list.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InlineHome } from "../support/inline/inline-home.js";
import { frameCounts } from "../support/inline/interface-state.js";
import { underLoad } from "../support/inline/load.js";
import { CLIENT_DEVICE, canRunInline, InlineRig, SERVER_DEVICE } from "../support/inline/rig.js";

const RELOADS = 24;
const SID = 1_000_000;
/** Beside the probes; what two processors do beside 24 starts of the command. */
const BULK_BITS = 20e6;

const rulesOf = (turn: number): string =>
  Array.from(
    { length: 1 + (turn % 3) * 200 },
    (_, index) =>
      `drop tcp any any -> any any (msg:"turn ${turn}"; content:"nowhere-${turn}-${index}"; sid:${SID + index}; rev:${turn + 1};)\n`,
  ).join("");

describe.skipIf(!canRunInline())("a day of reloads", () => {
  let rig: InlineRig;
  let home: InlineHome;

  beforeEach(async () => {
    rig = await InlineRig.create("reload");
    home = new InlineHome(rig, {}, rulesOf(0));
  });
  afterEach(async () => {
    await home?.remove();
    await rig?.remove();
  });

  it("loses no packet on a busy wire", { timeout: 180_000 }, async () => {
    await home.startInline();
    const before = {
      client: frameCounts(rig.client, CLIENT_DEVICE),
      server: frameCounts(rig.server, SERVER_DEVICE),
    };
    /** Lost on the way since then. */
    const framesLost = () => {
      const [client, server] = [
        frameCounts(rig.client, CLIENT_DEVICE),
        frameCounts(rig.server, SERVER_DEVICE),
      ];
      return {
        toServer: client.sent - before.client.sent - (server.received - before.server.received),
        toClient: server.sent - before.server.sent - (client.received - before.client.received),
      };
    };
    const loaded = await underLoad(
      rig,
      async () => {
        for (let turn = 1; turn <= RELOADS; turn++) {
          home.writeRules(rulesOf(turn));
          home.reconfigure({
            inline: {
              allow: turn % 2 === 0 ? ["192.0.2.0/24"] : [],
              policy: { "http-traversal": turn % 3 === 0 ? "drop" : "pass" },
            },
          });
          await home.reload();
        }
      },
      { bulk: BULK_BITS, bulkSeconds: 12 },
    );
    expect(loaded.probed, loaded.text).toMatchObject({ lost: 0, duplicates: 0 });
    for (const { disorder } of loaded.probed.ways) expect(disorder, loaded.text).toBe(0);
    // Frame for frame, by the ends' own counts: what a slow receiver loses behind its interface is not the wire's.
    expect(framesLost()).toEqual({ toServer: 0, toClient: 0 });
    expect(loaded.bulk?.packets, loaded.text).toBeGreaterThan(1000);
    expect(loaded.talked.error, loaded.text).toBeNull();
    expect(await home.counter("inline-dropped")).toBe(0);
    await home.stop();
  });
});
