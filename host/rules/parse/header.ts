// A rule's header: action, protocol, addresses, ports, direction.
// Apart from the options because it has its own grammar and can be refused before they are looked at.
// Always holds: words of other systems that stray can't honour are refused by name.

import type { AddressSet, PortSet, RuleAction, RuleProtocol } from "../model.js";
import { readAddresses } from "./addresses.js";
import { words } from "./lexer.js";
import { readPorts } from "./ports.js";
import { cannot, meant, refuse, shown } from "./problems.js";
import type { Variables } from "./variables.js";

export interface Header {
  readonly action: RuleAction;
  readonly protocol: RuleProtocol;
  /** `tcp-pkt` looks at packets only, `tcp-stream` at streams only. */
  readonly stream: "no" | "only" | undefined;
  readonly source: AddressSet;
  readonly sourcePorts: PortSet;
  readonly destination: AddressSet;
  readonly destinationPorts: PortSet;
  readonly bidirectional: boolean;
}

export const ACTIONS: ReadonlyMap<string, RuleAction> = new Map([
  ["alert", "alert"],
  ["log", "log"],
  ["pass", "pass"],
  ["drop", "drop"],
  ["block", "drop"],
  ["sdrop", "sdrop"],
  ["reject", "reject"],
  ["rejectsrc", "reject"],
  ["rejectdst", "rejectdst"],
  ["rejectboth", "rejectboth"],
]);

export const REFUSED_ACTIONS: ReadonlyMap<string, string> = new Map([
  ["activate", "rules that switch others on are not honoured; use flowbits"],
  ["dynamic", "rules that wait to be switched on are not honoured; use tag or flowbits"],
  ["react", "stray sends no pages; use reject"],
  ["rewrite", "stray changes no packets; use drop"],
  ["config", "write the configuration in stray.yaml"],
]);

const PROTOCOLS: ReadonlyMap<string, { protocol: RuleProtocol; stream?: "no" | "only" }> = new Map([
  ["tcp", { protocol: "tcp" }],
  ["udp", { protocol: "udp" }],
  ["icmp", { protocol: "icmp" }],
  ["ip", { protocol: "ip" }],
  ["http", { protocol: "http" }],
  ["http1", { protocol: "http" }],
  ["tcp-pkt", { protocol: "tcp", stream: "no" }],
  ["tcp-stream", { protocol: "tcp", stream: "only" }],
]);

/** What Suricata calls protocols and stray takes no apart. */
const OTHER_PROTOCOLS: ReadonlySet<string> = new Set(
  (
    "arp bittorrent-dht dcerpc dhcp dnp3 dns doh2 enip ether ftp ftp-data http2 icmpv4 icmpv6 ike ikev2 imap ip4 ip6 " +
    "ipv4 ipv6 krb5 ldap mdns modbus mqtt nfs ntp pgsql pkthdr pop3 quic rdp rfb sctp sip smb smtp snmp ssh ssl " +
    "telnet template tftp tls websocket"
  ).split(" "),
);

export function readHeader(text: string, variables: Variables): Header {
  const found = words(text);
  const action = readAction(found[0] ?? "");
  const { protocol, stream } = readProtocol(found[1] ?? "");
  const arrow = found[4] ?? "";
  if (found.length < 7) {
    refuse("action protocol address port -> address port", `${found.length} words: ${shown(text.trim())}`);
  }
  if (arrow !== "->" && arrow !== "<>")
    refuse("-> or <> between the two ends", shown(arrow), arrowHint(found));
  if (found.length > 7) refuse("( behind the ports of the destination", shown(found[7]!));
  const header: Header = {
    action,
    protocol,
    stream,
    source: inWords("source", () => readAddresses(found[2]!, variables)),
    sourcePorts: inWords("source port", () => readPorts(found[3]!, variables)),
    destination: inWords("destination", () => readAddresses(found[5]!, variables)),
    destinationPorts: inWords("destination port", () => readPorts(found[6]!, variables)),
    bidirectional: arrow === "<>",
  };
  checkPorts(header);
  return header;
}

function readAction(word: string): RuleAction {
  const action = ACTIONS.get(word.toLowerCase());
  if (action !== undefined) return action;
  const refusal = REFUSED_ACTIONS.get(word);
  if (refusal !== undefined) cannot(`the action ${word}: ${refusal}`);
  return refuse(`an action (${[...ACTIONS.keys()].join(", ")})`, shown(word), meant(word, ACTIONS.keys()));
}

function readProtocol(word: string): { protocol: RuleProtocol; stream: Header["stream"] } {
  const known = PROTOCOLS.get(word.toLowerCase());
  if (known !== undefined) return { protocol: known.protocol, stream: known.stream };
  if (OTHER_PROTOCOLS.has(word.toLowerCase())) {
    cannot(
      `the protocol ${word} is not taken apart by stray; write tcp, udp, icmp or ip with ports and contents`,
    );
  }
  return refuse("a protocol (tcp, udp, icmp, ip, http)", shown(word), meant(word, PROTOCOLS.keys()));
}

function arrowHint(found: readonly string[]): string | undefined {
  if (found[4] === "<-") return "turn the rule round: there is no <-";
  const at = found.findIndex((word) => word === "->" || word === "<>");
  return at === -1 ? undefined : "an address and a port belong on each side";
}

function inWords<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error) error.message = `${what}: ${error.message}`;
    throw error;
  }
}

function checkPorts({ protocol, sourcePorts, destinationPorts }: Header): void {
  if (protocol !== "icmp" && protocol !== "ip") return;
  if (sourcePorts === "any" && destinationPorts === "any") return;
  cannot(`the protocol ${protocol} has no ports; write any for both, or one rule for tcp and one for udp`);
}
