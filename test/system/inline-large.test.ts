// Frames larger than most: jumbo frames, frames merged by the sender's own segmentation offload, and frames that the
// other wire does not take, which are counted and lost, and nothing else with them.
// Apart from the rest of the traffic because each needs wires of its own.
// Always holds: each is first held against the kernel's bridge in the same place, where a bridge can do it.

import { afterEach, describe, expect, it } from "vitest";
import { InlineHome } from "../support/inline/inline-home.js";
import { iperf } from "../support/inline/iperf.js";
import { MIDDLES, type Middle } from "../support/inline/middle.js";
import { ping } from "../support/inline/ping.js";
import { canRunInline, InlineRig, type InlineRigOptions } from "../support/inline/rig.js";
import { Web } from "../support/inline/web.js";

const JUMBO_BYTES = 9000;
const IP_AND_ICMP_BYTES = 28;
const TCP_BITS_LEAST = 5e6;
const PAGE_BYTES = 5_000_000;

describe.skipIf(!canRunInline())("large frames", () => {
  let rig: InlineRig;
  let stop: (() => Promise<void>) | undefined;

  afterEach(async () => {
    try {
      await stop?.();
    } finally {
      stop = undefined;
      await rig?.remove();
    }
  });

  async function set(middle: Middle, options: InlineRigOptions): Promise<void> {
    rig = await InlineRig.create("large", options);
    stop = await middle.start(rig);
  }

  async function flowsBothWays(): Promise<void> {
    for (const reverse of [false, true]) {
      const { bitsPerSecond } = await iperf(rig.programs, rig.client, rig.serverEnd(), {
        seconds: 1,
        reverse,
      });
      expect(bitsPerSecond).toBeGreaterThan(TCP_BITS_LEAST);
    }
    const web = await Web.start(rig.programs, rig.clientEnd(), rig.serverEnd());
    const [page] = await web.get(`/page?bytes=${PAGE_BYTES}`);
    expect(page).toMatchObject({ status: 200, bytes: PAGE_BYTES, whole: true });
  }

  describe.each(MIDDLES)("across $name", (middle) => {
    it("jumbo frames cross whole", async () => {
      await set(middle, { mtu: JUMBO_BYTES });
      const bytes = JUMBO_BYTES - IP_AND_ICMP_BYTES;
      const pinged = await ping(rig.client, rig.serverEnd().address, { bytes, whole: true });
      expect(pinged).toMatchObject({ sent: 20, received: 20, duplicates: 0 });
      await flowsBothWays();
    });

    it("frames whose checksums are left to the card cross, and are whole", async () => {
      await set(middle, { offloads: "checksums" });
      await flowsBothWays();
    });
  });

  it("what the other wire does not take is counted and lost, and nothing else", async () => {
    rig = await InlineRig.create("large", { mtu: JUMBO_BYTES, serverMtu: 1500 });
    const home = new InlineHome(rig);
    stop = () => home.remove();
    await home.startInline();
    const server = rig.serverEnd().address;
    expect(await ping(rig.client, server, { bytes: 1400 })).toMatchObject({ received: 20 });
    expect(await home.counter("inline-oversize")).toBe(0);
    expect(await ping(rig.client, server, { bytes: 4000, count: 5, whole: true })).toMatchObject({
      received: 0,
    });
    expect(await home.counter("inline-oversize")).toBe(5);
    expect(await ping(rig.client, server, { bytes: 1400 })).toMatchObject({ received: 20 });
    expect(await home.counter("inline-oversize")).toBe(5);
    await home.stop();
  });
});
