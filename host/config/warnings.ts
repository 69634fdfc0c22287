// What a configuration may say, but hardly means.
// Apart from the checks because nothing here stops anything: a warning is shown, and the sensor starts.
// Always holds: a warning names the key and what follows from it, in one line.

import { memoryBytes, profileLimits } from "../wasm/profiles.js";
import type { HostFacts } from "./raw.js";
import type { StrayConfig } from "./types.js";
import { formatSize, MIB } from "./units.js";

/** Node.js itself and what each worker costs besides its tables. */
const PROCESS_BYTES = 60 * MIB;
const WORKER_BYTES = 12 * MIB;
/** What other programs of the machine are left. */
const SHARE_MAX = 0.75;
/** Ethernet, two VLAN tags, IPv6, and a TCP header with all its options. */
const HEADERS_BYTES = 14 + 8 + 40 + 60;

export function warningsOf(config: StrayConfig, host: HostFacts): string[] {
  const { capture, store } = config;
  const { eve, ipfix, syslog } = config.export;
  const warnings: string[] = [];
  const files = [eve, ...syslog].filter((target) => target?.types.includes("flow"));
  if (!store.enabled && ipfix.length === 0 && files.length === 0) {
    warnings.push(
      "store.enabled: flow records go nowhere: there is no store, and nothing in export takes them",
    );
  }
  const need = memoryNeed(config);
  if (need > host.memoryBytes * SHARE_MAX) {
    const [wanted, there] = [need, host.memoryBytes].map((size) => formatSize(Math.ceil(size / MIB) * MIB));
    warnings.push(
      `sensor.profile: with ${capture.workers} worker${capture.workers === 1 ? "" : "s"} the sensor may need` +
        ` ${wanted}, this machine has ${there}: a smaller profile, ring or number of workers fits better`,
    );
  }
  if (capture.snapLen < HEADERS_BYTES) {
    warnings.push(
      `capture.snaplen: headers can be longer than ${capture.snapLen} bytes; flows will lack evidence`,
    );
  }
  if (eve && store.enabled && eve.file.startsWith(`${store.directory}/`)) {
    warnings.push("export.eve.file: lies in store.directory, where only the store should write");
  }
  return warnings;
}

/** Bytes resident at most, when every place of every table has been used. */
export function memoryNeed({ sensor, capture }: StrayConfig): number {
  const rings = capture.ringBytes * capture.interfaces.length;
  return (
    PROCESS_BYTES + capture.workers * (memoryBytes(profileLimits(sensor.profile)) + rings + WORKER_BYTES)
  );
}
