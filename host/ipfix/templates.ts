// Which elements each kind of record has, in which order: stray's templates.
// Apart from the encoder because this is a choice, and the documentation shows it.
// Always holds: no template has more than TEMPLATE_FIELDS_MAX fields; an element's reverse comes right before it;
// lists come last. (Wireshark gives up on longer templates. nfdump 1.7 takes a reverse TCP flag or VLAN for the plain
// one and keeps the last of the two.)

import type { Element } from "./element.js";
import { OWN_ELEMENTS, type OwnName } from "./own-elements.js";
import { READ_ELEMENTS, WRITTEN_ELEMENTS } from "./standard-elements.js";
import { LIST_HEADER_SIZE } from "./wire.js";

export const TEMPLATE_FIELDS_MAX = 60;

/** What a flow is, as far as its template goes; the template's number is 256 + shape, one-way 272 + shape. */
export const SHAPES = [
  "ipv4-tcp",
  "ipv4-ports",
  "ipv4-icmp",
  "ipv4-other",
  "ipv6-tcp",
  "ipv6-ports",
  "ipv6-icmp",
  "ipv6-other",
  "arp",
  "mac",
] as const;
export type Shape = (typeof SHAPES)[number];

export const TWO_WAY_ID = 256;
export const ONE_WAY_ID = 272;
export const TYPE_INFORMATION_ID = 300;
export const TIME_WINDOW_ID = 301;

export interface Field {
  readonly element: Element;
  readonly isReverse: boolean;
  /** Of a list: the template of its records. */
  readonly list?: SubTemplate;
}

export interface Template {
  readonly id: number;
  readonly name: string;
  readonly fields: readonly Field[];
}

/** Records of a list: one a direction, the initiator's first, or (`isOfFlow`) one of the whole flow. */
export interface SubTemplate extends Template {
  readonly isOfFlow: boolean;
  /** Bytes of a record. */
  readonly size: number;
}

export interface FlowTemplate extends Template {
  readonly shape: Shape;
  /** The responder sent nothing: no reverse elements, a record less in each list. */
  readonly isOneWay: boolean;
  /** Bytes of a record with empty lists. */
  readonly size: number;
}

type Name = OwnName | (typeof WRITTEN_ELEMENTS)[number]["name"];

const BY_NAME: ReadonlyMap<string, Element> = new Map(
  [...WRITTEN_ELEMENTS, ...READ_ELEMENTS, ...OWN_ELEMENTS].map((element) => [element.name, element]),
);

/** @throws Error for a name that no element has: a mistake of ours. */
export function elementNamed(name: string): Element {
  const element = BY_NAME.get(name);
  if (element === undefined) throw new Error(`no information element is called ${name}`);
  return element;
}

const field = (name: Name, isReverse = false): Field => ({ element: elementNamed(name), isReverse });
const list = (template: SubTemplate): Field => ({
  element: elementNamed("subTemplateList"),
  isReverse: false,
  list: template,
});
const fields = (...names: Name[]): Field[] => names.map((name) => field(name));

/** The elements of either direction, each behind its reverse; one-way without the reverse. */
function directions(isOneWay: boolean, ...names: Name[]): Field[] {
  return names.flatMap((name) => (isOneWay ? [field(name)] : [field(name, true), field(name)]));
}

const sizeOf = (all: readonly Field[]): number =>
  all.reduce((sum, { element, list }) => sum + (list ? 1 + LIST_HEADER_SIZE : element.size), 0);

function subTemplate(id: number, name: string, isOfFlow: boolean, all: readonly Field[]): SubTemplate {
  return { id, name, fields: all, isOfFlow, size: sizeOf(all) };
}

export const IP4_EVIDENCE = subTemplate(
  288,
  "ipv4-evidence",
  false,
  fields(
    "strayEvidenceFlags",
    "strayLastClassOfService",
    "strayLastIpId",
    "strayZeroIpIdCount",
    "straySameIpIdCount",
    "strayRisingIpIdCount",
    "strayDontFragmentCount",
  ),
);
export const IP6_EVIDENCE = subTemplate(
  289,
  "ipv6-evidence",
  false,
  fields("strayEvidenceFlags", "strayLastClassOfService"),
);
export const FRAME_EVIDENCE = subTemplate(
  290,
  "frame-evidence",
  false,
  fields("strayEvidenceFlags", "strayFirstSourceMacAddress"),
);
export const TCP_EVIDENCE = subTemplate(
  291,
  "tcp-evidence",
  false,
  fields(
    "tcpSequenceNumber",
    "tcpAcknowledgementNumber",
    "strayTcpSequenceNext",
    "strayTcpAcknowledgementHighest",
    "tcpWindowSize",
    "tcpWindowScale",
    "strayTcpRetransmitCount",
    "strayTcpAckAdvanceCount",
  ),
);
/** Only there when any of its counts is not 0. */
export const TROUBLE = subTemplate(
  292,
  "trouble",
  false,
  fields(
    "strayFragmentCount",
    "strayBadChecksumCount",
    "strayTcpZeroWindowCount",
    "strayTcpOutOfOrderCount",
    "strayTcpOverlapCount",
    "strayTcpGapCount",
  ),
);
/** Only there when earlier records told part of the flow. */
export const CONTINUATION = subTemplate(293, "continuation", true, [
  ...fields("strayLifeStartMilliseconds", "strayLifeStartNanosecondsPart", "strayEarlierRecordCount"),
  ...fields("strayInitiatorLifePacketCount", "strayResponderLifePacketCount"),
]);

export const SUB_TEMPLATES: readonly SubTemplate[] = [
  IP4_EVIDENCE,
  IP6_EVIDENCE,
  FRAME_EVIDENCE,
  TCP_EVIDENCE,
  TROUBLE,
  CONTINUATION,
];

function flowTemplate(shape: Shape, isOneWay: boolean): FlowTemplate {
  const [family = "", transport = ""] = shape.split("-");
  const isIp = family.startsWith("ip");
  const isTcp = transport === "tcp";
  const all = [
    ...fields("flowStartMilliseconds", "flowEndMilliseconds"),
    ...fields("strayFlowStartNanosecondsPart", "strayFlowEndNanosecondsPart"),
    ...addresses(family),
    ...transportFields(family, transport),
    ...(isIp ? fields("protocolIdentifier") : fields("ethernetType")),
    ...fields("flowEndReason"),
    ...(isOneWay ? [] : fields("biflowDirection")),
    // Before the octets of the whole frames: to some collectors they are the same, and the last one counts.
    ...(isOneWay ? [] : fields("responderOctets")),
    ...fields("initiatorOctets"),
    ...directions(isOneWay, "packetDeltaCount", "octetDeltaCount"),
    ...(isTcp ? directions(isOneWay, "tcpControlBits") : []),
    ...(isIp ? directions(isOneWay, "minimumTTL", "maximumTTL", "ipClassOfService") : []),
    ...directions(isOneWay, "vlanId"),
    ...(isOneWay && isIp ? fields("sourceMacAddress") : fields("sourceMacAddress", "destinationMacAddress")),
    ...fields("strayRecordSequence", "strayFirstFrame", "strayFindings", "strayNotes", "strayFlowFlags"),
    ...fields("strayDirectionReason", "strayRecordReason"),
    ...(isIp ? fields("strayIcmpErrorCount") : []),
    ...(isTcp ? fields("strayTcpState", "straySynAckTime", "strayAckDataTime") : []),
    list(family === "ipv4" ? IP4_EVIDENCE : family === "ipv6" ? IP6_EVIDENCE : FRAME_EVIDENCE),
    ...(isTcp ? [list(TCP_EVIDENCE)] : []),
    ...(isIp ? [list(TROUBLE)] : []),
    list(CONTINUATION),
  ];
  const id = (isOneWay ? ONE_WAY_ID : TWO_WAY_ID) + SHAPES.indexOf(shape);
  const name = isOneWay ? `${shape}-one-way` : shape;
  return { id, name, fields: all, shape, isOneWay, size: sizeOf(all) };
}

function addresses(family: string): Field[] {
  if (family === "mac") return [];
  if (family === "ipv6") return fields("sourceIPv6Address", "destinationIPv6Address");
  return fields("sourceIPv4Address", "destinationIPv4Address");
}

function transportFields(family: string, transport: string): Field[] {
  switch (transport) {
    case "tcp":
    case "ports":
      return fields("sourceTransportPort", "destinationTransportPort");
    case "icmp":
      return fields(
        family === "ipv4" ? "icmpTypeCodeIPv4" : "icmpTypeCodeIPv6",
        "strayIcmpIdentifier",
        "strayIcmpFirstType",
      );
    case "other":
      return fields("ipSecSPI");
    default:
      return [];
  }
}

/** By shape, first the two-way ones. */
export const FLOW_TEMPLATES: readonly FlowTemplate[] = [false, true].flatMap((isOneWay) =>
  SHAPES.map((shape) => flowTemplate(shape, isOneWay)),
);
