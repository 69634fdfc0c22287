// Root is given up once the interfaces are open: what the kernel says of every thread of strayd.
// Apart because it looks from outside, at what no part of the daemon can tell by itself.
// Always holds: packets are seen with what is left.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONVERSATIONS } from "../support/live-captures.js";
import { canPlayLive, LiveRig, SENSOR_INTERFACE } from "../support/live-rig.js";
import { threadIdentities } from "../support/process-usage.js";
import { DAEMON_ACCOUNT, DaemonHome } from "../support/strayd.js";

const RATE = 5_000;
/** capabilities(7): CAP_NET_ADMIN and CAP_NET_RAW. */
const ALLOWED_CAPABILITIES = (1n << 12n) | (1n << 13n);

describe.skipIf(!canPlayLive())("strayd started as root", () => {
  let rig: LiveRig;
  let home: DaemonHome;

  beforeAll(() => {
    rig = new LiveRig("rights");
    home = new DaemonHome({ capture: { interfaces: [SENSOR_INTERFACE], workers: 2 } });
  });
  afterAll(async () => {
    await home.remove();
    rig.remove();
  });

  it("keeps no more than it needs, in any thread", async () => {
    const daemon = await home.start(rig.sensor);
    const capture = CONVERSATIONS.file(rig.folder);
    await rig.replay(capture.path, { rate: RATE });
    await home.seen(capture.packets);
    const threads = threadIdentities(daemon.pid);
    expect(threads.length).toBeGreaterThan(2);
    for (const { users, groups, effectiveCapabilities, permittedCapabilities } of threads) {
      expect(new Set(users)).toEqual(new Set([DAEMON_ACCOUNT.uid]));
      expect(new Set(groups)).toEqual(new Set([DAEMON_ACCOUNT.gid]));
      expect(effectiveCapabilities & ~ALLOWED_CAPABILITIES).toBe(0n);
      expect(permittedCapabilities & ~ALLOWED_CAPABILITIES).toBe(0n);
    }
    expect(await home.status()).toMatchObject({ user: DAEMON_ACCOUNT.name });
    expect(await daemon.stop(), daemon.said).toBe(0);
  });
});
