// What stands between a rig's two wires: the kernel's bridge, or stray. Apart so that a test says once what must cross,
// and is held against the kernel first: what fails with the bridge too is the test's fault.
// Always holds: nothing is left in the middle after stop().

import type { Settings } from "../strayd.js";
import { InlineHome } from "./inline-home.js";
import type { InlineRig } from "./rig.js";

export interface Middle {
  readonly name: string;
  /** Puts it in the middle; answers how to take it out again. */
  start(rig: InlineRig, settings?: Settings): Promise<() => Promise<void>>;
}

export const BRIDGE: Middle = {
  name: "the kernel's bridge",
  async start(rig) {
    rig.bridge();
    return async () => rig.unbridge();
  },
};

export const STRAY: Middle = {
  name: "stray",
  async start(rig, settings = {}) {
    const home = new InlineHome(rig, settings);
    await home.startInline();
    return async () => {
      try {
        await home.stop();
      } finally {
        await home.remove();
      }
    };
  },
};

export const MIDDLES: readonly Middle[] = [BRIDGE, STRAY];
