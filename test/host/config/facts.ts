// A machine for tests of the configuration, so that what they expect does not depend on the one they run on.

import type { HostFacts } from "../../../host/config/raw.js";
import { GIB } from "../../../host/config/units.js";

export const TEST_HOST: HostFacts = { hostname: "sensor-7", isTerminal: false, memoryBytes: GIB };
