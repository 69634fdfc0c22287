// Offloads that merge received frames into larger ones: switched off while stray stands inline, since what comes out
// has to be what came in, and put back at the end.
// Apart from opening interfaces because putting back is a promise of its own, kept after root is given up.
// Always holds: only what was on is switched off, and only that is switched on again.

import { printable, StrayError } from "../errors.js";
import { features, setFeature } from "../system/ethtool.js";

/** As the kernel names them (net/ethtool/common.c), the hardware's before the software's. */
const MERGING = ["rx-lro", "rx-gro-hw", "rx-gro-list", "rx-udp-gro-forwarding", "rx-gro"] as const;

interface Switched {
  readonly interfaceName: string;
  readonly feature: string;
}

export class Offloads {
  private readonly switched: Switched[] = [];

  /** What of an interface was switched off, for a log: "rx-gro of eth0". */
  get changed(): readonly string[] {
    return this.switched.map(({ interfaceName, feature }) => `${feature} of ${printable(interfaceName)}`);
  }

  /** Switches them off. Answers what did not work, a sentence each. Again for an interface that came back. */
  turnOff(interfaceName: string): readonly string[] {
    const on = features(interfaceName).filter(
      ({ name, isOn }) => isOn && MERGING.some((merging) => merging === name),
    );
    return on.flatMap(({ name, canChange }) => {
      if (!canChange)
        return [
          `${name} of interface ${printable(interfaceName)} is on and can't be switched off: merged frames may be lost`,
        ];
      const problem = change(interfaceName, name, false);
      if (problem !== undefined) return [`${problem}: merged frames may be lost`];
      const isKnown = this.switched.some(
        (known) => known.interfaceName === interfaceName && known.feature === name,
      );
      if (!isKnown) this.switched.push({ interfaceName, feature: name });
      return [];
    });
  }

  /** Puts back what was changed, the last first. Answers what did not work, a sentence each. */
  restore(): readonly string[] {
    return this.switched
      .splice(0)
      .reverse()
      .flatMap(({ interfaceName, feature }) => change(interfaceName, feature, true) ?? []);
  }
}

function change(interfaceName: string, feature: string, isOn: boolean): string | undefined {
  try {
    setFeature(interfaceName, feature, isOn);
    return undefined;
  } catch (error) {
    if (error instanceof StrayError) return error.message;
    throw error;
  }
}
