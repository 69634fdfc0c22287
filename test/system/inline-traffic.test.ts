// What crosses a sensor that stands inline with nothing to object to: everything, both ways, as if it were a wire.
// Apart from what it drops. Always holds: each is first held against the kernel's bridge in the same place.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { iperf } from "../support/inline/iperf.js";
import { MIDDLES } from "../support/inline/middle.js";
import { ping } from "../support/inline/ping.js";
import { Prober, probedText } from "../support/inline/prober.js";
import { canRunInline, FAMILIES, InlineRig } from "../support/inline/rig.js";
import { startTalk } from "../support/inline/talk.js";
import { Web } from "../support/inline/web.js";

const PINGS = 50;
/** Slow enough for any machine; a sensor that stalls, or asks for retransmission all the time, stays below. */
const TCP_BITS_LEAST = 5e6;
const UDP_BITS = 10e6;
const PROBE_MS = 2000;

describe.skipIf(!canRunInline()).each(MIDDLES)("across $name", (middle) => {
  let rig: InlineRig;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    rig = await InlineRig.create("cross", { vlan: true });
    stop = await middle.start(rig);
  });
  afterAll(async () => {
    try {
      await stop?.();
    } finally {
      await rig?.remove();
    }
  });

  describe.each(FAMILIES)("%s", (family) => {
    it("pings come back, each once, from either side", async () => {
      for (const [from, to] of [
        [rig.clientEnd(family), rig.serverEnd(family)],
        [rig.serverEnd(family), rig.clientEnd(family)],
      ] as const) {
        const { sent, received, duplicates } = await ping(from.namespace, to.address, { count: PINGS });
        expect({ sent, received, duplicates }).toEqual({ sent: PINGS, received: PINGS, duplicates: 0 });
      }
    });

    it("TCP flows, one stream and four, there and back", async () => {
      for (const options of [{}, { reverse: true }, { streams: 4 }]) {
        const end = rig.serverEnd(family);
        const { bitsPerSecond } = await iperf(rig.programs, rig.client, end, { seconds: 1, ...options });
        expect(bitsPerSecond, JSON.stringify(options)).toBeGreaterThan(TCP_BITS_LEAST);
      }
    });

    it("UDP at a rate that it can take loses nothing, there and back", async () => {
      for (const reverse of [false, true]) {
        const options = { seconds: 1, udpBitsPerSecond: UDP_BITS, bytes: 1000, reverse };
        const { packets, lost } = await iperf(rig.programs, rig.client, rig.serverEnd(family), options);
        expect({ lost, reverse }).toEqual({ lost: 0, reverse });
        expect(packets).toBeGreaterThan(UDP_BITS / 8 / 1000 / 2);
      }
    });

    it("a web page of any size comes whole", async () => {
      const web = await Web.start(rig.programs, rig.clientEnd(family), rig.serverEnd(family));
      const sizes = [0, 1, 1400, 100_000, 3_000_000];
      const pages = await web.get(...sizes.map((bytes) => `/page?bytes=${bytes}`));
      expect(pages.map(({ status, bytes, whole }) => ({ status, bytes, whole }))).toEqual(
        sizes.map((bytes) => ({ status: 200, bytes, whole: true })),
      );
      expect(web.served().filter(({ error }) => error !== undefined)).toEqual([]);
      await web.stop();
    });

    it("no packet is lost, comes twice or overtakes another", async () => {
      const [client, server] = [rig.clientEnd(family), rig.serverEnd(family)];
      const talk = await startTalk(rig.programs, client, server);
      const prober = await Prober.start(rig.programs, client, server);
      await new Promise((resolve) => setTimeout(resolve, PROBE_MS));
      const probed = await prober.stop();
      const talked = await talk.stop();
      for (const way of probed.ways) {
        expect(way, probedText(probed)).toMatchObject({ lost: 0, duplicates: 0, disorder: 0 });
        expect(way.received).toBeGreaterThan(PROBE_MS / 10);
      }
      expect(talked).toMatchObject({ error: null });
      expect(talked.exchanged).toBeGreaterThan(100);
    });
  });
});
