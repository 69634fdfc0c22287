// What no single key shows: values that must fit each other.
// Apart from the schema because JSON Schema has no words for it; works on the configuration as the sensor uses it.
// Always holds: a finding stands at the key to change, and at no key that is wrong already.

import { HOME_CAPACITY } from "../../assembly/layout.js";
import { networkOf } from "../dark/address.js";
import { foundText } from "./expected.js";
import { askersExist, metricsStayHere, receiversFit, snmpNamesDiffer } from "./management-check.js";
import { isHost, isSocketPath } from "./names.js";
import { RINGS_MAX_BYTES } from "./schema.js";
import { type KeyPath, keyText } from "./schema-types.js";
import type { AlertFiles, StrayConfig } from "./types.js";
import { formatSize, MIB } from "./units.js";
import type { Finding } from "./validate.js";

/** No frame is longer: 64 KiB that were merged. */
const WHOLE_FRAME = 65_535;

type Rule = (config: StrayConfig) => Finding[];

/** Each with the keys that it rests on, dotted; wrong ones are complained of already. */
const RULES: readonly (readonly [needs: readonly string[], rule: Rule])[] = [
  [["capture.interfaces"], (config) => repeated(["capture", "interfaces"], config.capture.interfaces)],
  [["inline.mode", "capture"], pairFits],
  [["capture.ring"], ringInWholeMib],
  [["capture.ring", "capture.interfaces", "sensor.profile", "inline.mode"], ringsFit],
  [["store.quota", "store.rotate.size"], quotaHoldsFiles],
  [["alerts.log"], (config) => quotaHolds(["alerts", "log"], config.alerts.log)],
  [["alerts.evidence"], (config) => quotaHolds(["alerts", "evidence"], config.alerts.evidence)],
  [["alerts.full", "alerts.fast", "export.eve", "control.audit", "metrics.file"], textFilesDiffer],
  [["rules.files"], (config) => repeated(["rules", "files"], config.rules.files)],
  [["sensor.home", "detection.used", "detection.unused"], networksFit],
  [["detection.used", "detection.unused"], listsDiffer],
  [["export.ipfix"], ipfixTargetsDiffer],
  [["export.eve"], (config) => repeated(["export", "eve", "types"], config.export.eve?.types ?? [])],
  [["export.syslog"], syslogTargetsFit],
  [["snmp.listen", "snmp.communities", "snmp.users"], askersExist],
  [["snmp.listen", "snmp.communities", "snmp.users"], snmpNamesDiffer],
  [["snmp.notify", "snmp.users"], receiversFit],
  [["metrics.listen"], metricsStayHere],
];

/** Findings of all rules but those that rest on one of `wrong`. */
export function crossCheck(config: StrayConfig, wrong: readonly KeyPath[]): Finding[] {
  const keys = wrong.map(keyText);
  const isWrong = (need: string) => keys.some((key) => isWithin(key, need) || isWithin(need, key));
  return RULES.flatMap(([needs, rule]) => (needs.some(isWrong) ? [] : rule(config)));
}

/** Whether `key` is `outer` or lies in it. */
function isWithin(key: string, outer: string): boolean {
  return key === outer || key.startsWith(`${outer}.`) || key.startsWith(`${outer}[`);
}

function finding(path: KeyPath, expected: string, found: string, hint?: string): Finding {
  return { path, isKey: false, expected, found, hint };
}

function repeated(path: KeyPath, list: readonly string[]): Finding[] {
  return list.flatMap((word, index) =>
    list.indexOf(word) === index
      ? []
      : [finding([...path, index], "each name once", `${foundText(word)} again`)],
  );
}

/** What stands in the wire takes every frame, whole, and gives it on from one thread. */
function pairFits({ inline: { mode }, capture }: StrayConfig): Finding[] {
  if (mode === "tap") return [];
  const { interfaces, workers, filter, promiscuous, snapLen } = capture;
  const as = `as inline.mode is ${mode}`;
  const wrong: Finding[] = [];
  const say = (key: string, expected: string, found: string): void => {
    wrong.push(finding(["capture", key], `${expected}, ${as}`, found));
  };
  if (interfaces.length !== 2)
    say("interfaces", "two interfaces, one at each side of the sensor", foundText(interfaces));
  if (workers !== 1) say("workers", "1", String(workers));
  if (filter !== "") say("filter", "no filter", foundText(filter));
  if (!promiscuous) say("promiscuous", "true", "false");
  if (snapLen < WHOLE_FRAME) say("snaplen", `at least ${WHOLE_FRAME}`, String(snapLen));
  if (capture.mode === "copy") say("mode", "auto or mapped", "copy");
  return wrong;
}

function ringInWholeMib({ capture: { ringBytes } }: StrayConfig): Finding[] {
  if (ringBytes % MIB === 0) return [];
  const near = formatSize(Math.max(1, Math.round(ringBytes / MIB)) * MIB);
  return [finding(["capture", "ring"], "a whole number of MiB", formatSize(ringBytes), `${near} is near`)];
}

function ringsFit({ inline, capture: { ringBytes, interfaces } }: StrayConfig): Finding[] {
  // In the wire there is one more for each, to send from.
  const rings = interfaces.length * (inline.mode === "tap" ? 1 : 2);
  if (ringBytes * rings <= RINGS_MAX_BYTES) return [];
  const most = Math.floor(RINGS_MAX_BYTES / rings / MIB) * MIB;
  const expected = `at most ${formatSize(most)} for each of ${interfaces.length} interfaces`;
  const all = `${formatSize(RINGS_MAX_BYTES)} is what a worker has for all of them`;
  return [finding(["capture", "ring"], expected, formatSize(ringBytes), all)];
}

function quotaHoldsFiles({ store: { quotaBytes, rotateBytes } }: StrayConfig): Finding[] {
  if (quotaBytes > rotateBytes) return [];
  const expected = `more than ${formatSize(rotateBytes)}, the size of one file (store.rotate.size)`;
  return [finding(["store", "quota"], expected, formatSize(quotaBytes))];
}

function quotaHolds(path: KeyPath, { quotaBytes, rotateBytes }: AlertFiles): Finding[] {
  if (quotaBytes > rotateBytes) return [];
  const expected = `more than ${formatSize(rotateBytes)}, the size of one file (${keyText(path)}.size)`;
  return [finding([...path, "quota"], expected, formatSize(quotaBytes))];
}

/** Each is written by itself: two in one file would break each other's lines. */
function textFilesDiffer(config: StrayConfig): Finding[] {
  const { full, fast } = config.alerts;
  const files: readonly (readonly [KeyPath, string | undefined])[] = [
    [["alerts", "full"], full],
    [["alerts", "fast"], fast],
    [["export", "eve", "file"], config.export.eve?.file],
    [["control", "audit"], config.control.audit],
    [["metrics", "file"], config.metrics.file],
  ];
  return files.flatMap(([path, file], index) => {
    const [same] = files.slice(0, index).find(([, other]) => other !== undefined && other === file) ?? [];
    return same === undefined ? [] : [finding(path, `another file than ${keyText(same)}`, foundText(file))];
  });
}

/** The module tells so many apart. */
function networksFit({ sensor: { home }, detection: { used, unused } }: StrayConfig): Finding[] {
  const all = [...home, ...used, ...unused];
  if (all.length <= HOME_CAPACITY) return [];
  const key = used.length >= unused.length ? "used" : "unused";
  const expected = `at most ${HOME_CAPACITY} networks in sensor.home, detection.used and detection.unused together`;
  return [finding(["detection", key], expected, String(all.length), "larger networks are fewer")];
}

function listsDiffer({ detection: { used, unused } }: StrayConfig): Finding[] {
  const named = new Set(used.map((text) => networkOf(text)?.text));
  return unused.flatMap((text, index) =>
    named.has(networkOf(text)?.text)
      ? [finding(["detection", "unused", index], "a network that is not in detection.used", foundText(text))]
      : [],
  );
}

function ipfixTargetsDiffer({ export: { ipfix } }: StrayConfig): Finding[] {
  // Whatever the transport: counters and messages name a collector by host and port.
  const names = ipfix.map(({ host, port }) => `${host.toLowerCase()} port ${port}`);
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [finding(["export", "ipfix", index], "each collector once", `${name} again`)],
  );
}

function syslogTargetsFit({ export: { syslog } }: StrayConfig): Finding[] {
  const names = syslog.map(({ transport, target, port }) =>
    transport === "unix" ? target : `${target.toLowerCase()} port ${port}`,
  );
  return syslog.flatMap(({ transport, target, types }, index) => {
    const path = ["export", "syslog", index];
    const same = names.indexOf(names[index]!);
    const twice = same === index ? [] : [finding(path, "each receiver once", `${names[index]} again`)];
    return [...targetFits(path, transport, target), ...repeated([...path, "types"], types), ...twice];
  });
}

function targetFits(path: KeyPath, transport: string, target: string): Finding[] {
  const isUnix = transport === "unix";
  if (isUnix ? isSocketPath(target) : isHost(target)) return [];
  const expected = isUnix ? "a socket's absolute path" : "an address or a host name";
  const hint = !isUnix && isSocketPath(target) ? "transport: unix is for sockets" : undefined;
  const found = target === "" ? "nothing" : foundText(target);
  return [finding([...path, "target"], `${expected}, as transport is ${transport}`, found, hint)];
}
