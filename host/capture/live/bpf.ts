// pcap-filter text to a kernel program, by asking tcpdump. Apart from programs as data because it runs a program of
// the system. Always holds: no shell sees the text; what tcpdump says is shown escaped; the code suits live frames,
// whose VLAN tags the kernel has taken out, or the filter is refused.

import { spawnSync } from "node:child_process";
import { printable, StrayError, systemCode } from "../../errors.js";
import { withAmbientCapability } from "../../system/capabilities.js";
import type { BpfInstruction } from "./bpf-program.js";
import { parseBpf } from "./bpf-program.js";
import { interfaceNames, interfaceState } from "./interface.js";
import { LINKTYPE_ETHERNET, linkTypeOf } from "./link-type.js";

export type { BpfInstruction } from "./bpf-program.js";

const TIMEOUT_MS = 10_000;
const OUTPUT_BYTES_MAX = 1 << 20;
/** Other interfaces tried when the wanted one is down. */
const OTHERS_MAX = 4;
/** Words whose code depends on the kernel that runs it; without them a compiler that sees no interface does as well. */
const NEEDS_INTERFACE = /\b(vlan|inbound|outbound|ifindex|ip\s+broadcast)\b/;
/** Words whose code depends on the interface's own address. */
const NEEDS_THIS_ONE = /\bip\s+broadcast\b/;

/**
 * The program for a filter in the language of pcap-filter(7), for frames of `interfaceName`. Empty text: empty program.
 * Some filters (VLAN tags, for one) differ with the kernel: for them tcpdump opens the interface, or, where that one is
 * down or not there yet, another one of the same kind. `checkOnly`: the program won't run, so no interface is needed.
 * @throws StrayError FILTER_INVALID (the text is wrong), TCPDUMP_MISSING, FILTER_NEEDS_INTERFACE.
 */
export function compileCaptureFilter(
  text: string,
  interfaceName: string,
  options: { readonly checkOnly?: boolean } = {},
): readonly BpfInstruction[] {
  if (text.trim() === "") return [];
  const state = interfaceState(interfaceName);
  const linkType = state === undefined ? LINKTYPE_ETHERNET : linkTypeOf(interfaceName, state.arpType);
  const link = ["-y", linkType === LINKTYPE_ETHERNET ? "EN10MB" : "RAW"];
  const plain = tcpdump(link, text);
  if (plain.program === undefined)
    throw new StrayError(
      "FILTER_INVALID",
      `capture.filter "${printable(text)}" is no filter in the language of pcap-filter(7): ${printable(plain.reason)}`,
      2,
    );
  if (options.checkOnly === true || !NEEDS_INTERFACE.test(text)) return plain.program;
  let reason = "there is none";
  const names = NEEDS_THIS_ONE.test(text) ? [interfaceName] : candidates(interfaceName, linkType);
  for (const [index, name] of names.entries()) {
    const done = withAmbientCapability("CAP_NET_RAW", () => tcpdump(["-p", "-i", name, ...link], text));
    if (done.program !== undefined) return done.program;
    if (index === 0) reason = done.reason;
  }
  throw new StrayError(
    "FILTER_NEEDS_INTERFACE",
    `capture.filter "${printable(text)}" can only be compiled with an interface that tcpdump can open: ${printable(reason)}`,
    2,
  );
}

/** The wanted interface, then others that are up and of the same kind. */
function candidates(interfaceName: string, linkType: number): string[] {
  const others = interfaceNames().filter((name) => name !== interfaceName && isUsable(name, linkType));
  return [interfaceName, ...others.slice(0, OTHERS_MAX)];
}

function isUsable(name: string, linkType: number): boolean {
  const state = interfaceState(name);
  try {
    return state?.link === "up" && linkTypeOf(name, state.arpType) === linkType;
  } catch {
    return false;
  }
}

type Compiled =
  | { readonly program: readonly BpfInstruction[] }
  | { readonly program: undefined; readonly reason: string };

/** One run of tcpdump; its own words when it fails. */
function tcpdump(options: readonly string[], text: string): Compiled {
  const done = spawnSync("tcpdump", ["-ddd", ...options, "--", text], {
    encoding: "utf8",
    timeout: TIMEOUT_MS,
    maxBuffer: OUTPUT_BYTES_MAX,
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (systemCode(done.error) === "ENOENT")
    throw new StrayError(
      "TCPDUMP_MISSING",
      "capture.filter is compiled by tcpdump, which is not there: install tcpdump, or leave capture.filter empty",
      2,
    );
  if (done.status === 0) return { program: parseBpf(done.stdout) };
  const words = done.stderr
    .trimEnd()
    .split("\n")
    .filter((line) => line.startsWith("tcpdump: "));
  const said = words.at(-1)?.slice("tcpdump: ".length);
  return {
    program: undefined,
    reason: said ?? done.error?.message ?? `tcpdump ended with status ${done.status}`,
  };
}
