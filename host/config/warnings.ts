// What a configuration may say, but hardly means.
// Apart from the checks because nothing here stops anything: a warning is shown, and the sensor starts.
// Always holds: a warning names the key and what follows from it, in one line.

import { memoryNeed } from "./memory-parts.js";
import { STARTER_RULES } from "./paths.js";
import type { HostFacts } from "./raw.js";
import type { EventType, StrayConfig } from "./types.js";
import { formatSize, MIB } from "./units.js";

/** What other programs of the machine are left. */
const SHARE_MAX = 0.75;
/** Ethernet, two VLAN tags, IPv6, and a TCP header with all its options. */
const HEADERS_BYTES = 14 + 8 + 40 + 60;

export function warningsOf(config: StrayConfig, host: HostFacts): string[] {
  const { capture, store } = config;
  const { eve, ipfix, syslog } = config.export;
  const warnings: string[] = [];
  const takers = (type: EventType) =>
    [eve, ...syslog].filter((target) => target?.types.includes(type)).length;
  if (!store.enabled && ipfix.length === 0 && takers("flow") === 0) {
    warnings.push(
      "store.enabled: flow records go nowhere: there is no store, and nothing in export takes them",
    );
  }
  warnings.push(...ruleWarnings(config, takers("alert")));
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
  return [...warnings, ...crowdedFolders(config)];
}

/** Rules that nobody looks for, or of which nobody hears. */
function ruleWarnings({ inspection, rules, alerts }: StrayConfig, takers: number): string[] {
  if (rules.files.length === 0) return [];
  if (!inspection.enabled) {
    const isAsked = rules.files.some((file) => file !== STARTER_RULES);
    return isAsked ? ["inspection.enabled: rules.files are not looked for while it is false"] : [];
  }
  const files = [alerts.full, alerts.fast].filter((file) => file !== undefined).length;
  if (alerts.log.enabled || alerts.evidence.enabled || takers + files > 0) return [];
  return ["alerts: they go nowhere: there is no log, no evidence, no file, and nothing in export takes them"];
}

/** What lies in a folder where only one part of the sensor should write and delete. */
function crowdedFolders(config: StrayConfig): string[] {
  const { store, alerts, incidents, detection, snmp, control, metrics } = config;
  const owners = [
    { key: "store.directory", path: store.directory, owner: "the store", isKept: store.enabled },
    {
      key: "alerts.log.directory",
      path: alerts.log.directory,
      owner: "the log of alerts",
      isKept: alerts.log.enabled,
    },
    {
      key: "alerts.evidence.directory",
      path: alerts.evidence.directory,
      owner: "the evidence",
      isKept: alerts.evidence.enabled,
    },
    {
      key: "incidents.directory",
      path: incidents.directory,
      owner: "the database of incidents",
      isKept: incidents.enabled,
    },
    {
      key: "detection.directory",
      path: detection.directory,
      owner: "the state of detection",
      isKept: detection.enabled,
    },
    {
      key: "snmp.directory",
      path: snmp.directory,
      owner: "SNMP",
      isKept: snmp.listen.length + snmp.notify.length > 0,
    },
  ].filter(({ isKept }) => isKept);
  const files = [
    { key: "alerts.full", path: alerts.full },
    { key: "alerts.fast", path: alerts.fast },
    { key: "export.eve.file", path: config.export.eve?.file },
    { key: "control.audit", path: control.audit },
    { key: "metrics.file", path: metrics.file },
  ];
  return [...owners, ...files].flatMap(({ key, path }, place) =>
    owners
      // Of two that are the same, the second is told of.
      .filter(
        (folder, index) => path?.startsWith(`${folder.path}/`) || (path === folder.path && index < place),
      )
      .map((folder) => `${key}: lies in ${folder.key}, where only ${folder.owner} should write`),
  );
}
