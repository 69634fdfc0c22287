// What happened, as IODEF's EventData: one of the case, with what to do about it, and in it one of each flow.
// Apart because flows have ends, ports and packets, which no other class has.
// Always holds: the source is who sent; a service has a port only where its protocol has ports; the packet of an alert
// lies with its flow, or with the case where the flow is not known.

import { isIP } from "node:net";
import type { EndFacts, FlowFacts, SideFacts } from "../../cause/facts.js";
import { endsOf } from "../../cause/questions.js";
import { type Case, type CaseAlert, type CaseFlow, LOG_COLUMNS } from "../model.js";
import type { Address, EventData, RecordData, Service, System } from "./classes.js";
import { atUs, filled, plain, softwareOf } from "./values.js";

const PORT_PROTOCOLS: ReadonlySet<number> = new Set([6, 17, 33, 132, 136]);
const ICMP_PROTOCOLS: ReadonlySet<number> = new Set([1, 58]);
const PROTOCOL_COLUMN = LOG_COLUMNS.findIndex(({ name }) => name === "proto");
const MAC = /^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$/i;

export function caseEvent(of: Case, version: string): EventData {
  const isHere = new Set(of.flows.map(({ facts }) => facts.id));
  const homeless = of.alerts.filter(({ flow }) => flow === null || !isHere.has(flow));
  return {
    Description: [leftOut(of)],
    StartTime: atUs(of.firstUs),
    EndTime: atUs(of.lastUs),
    ...filled("System", of.flows.length === 0 ? addressesOf(of) : []),
    ...filled(
      "Expectation",
      of.checks.map(({ text, command }) => ({
        action: "investigate" as const,
        Description: [text, ...(command === null ? [] : [command])].map(plain),
      })),
    ),
    ...filled(
      "RecordData",
      homeless.flatMap((alert) => recordOf(alert, version)),
    ),
    ...filled(
      "EventData",
      of.flows.map((flow) => flowEvent(flow, of.alerts, version)),
    ),
  };
}

function leftOut({ counts, flows, flowsLeftOut }: Case): string {
  const told = `${flows.length} of ${counts.flows} flows are told one by one`;
  return flowsLeftOut === 0 ? told : `${told}; ${flowsLeftOut} are left out`;
}

function flowEvent(flow: CaseFlow, alerts: readonly CaseAlert[], version: string): EventData {
  const { facts, role } = flow;
  // endsOf() asks only what JSON keeps.
  const { actor, acts, target, answers } = endsOf(facts as FlowFacts);
  const about = [
    facts.stateText === "" ? "" : `state ${facts.stateText}`,
    facts.findings.length === 0 ? "" : `findings ${facts.findings.join(", ")}`,
    role === "context" ? "not strange itself, told for comparison" : "",
  ].filter((text) => text !== "");
  return {
    ...filled("Description", about.map(plain)),
    StartTime: atUs(facts.startUs),
    EndTime: atUs(facts.endUs),
    System: [
      system("source", actor, acts, services(flow, actor)),
      system("target", target, answers, services(flow, target)),
    ],
    ...filled(
      "RecordData",
      alerts.filter((alert) => alert.flow === facts.id).flatMap((alert) => recordOf(alert, version)),
    ),
  };
}

function system(
  category: System["category"],
  end: EndFacts,
  side: SideFacts,
  services: readonly Service[],
): System {
  return {
    category,
    Node: { Address: [address(end.address)] },
    ...filled("Service", services),
    Counter: [
      { value: side.packets, type: "count", unit: "packet", meaning: "packets sent" },
      { value: side.bytes, type: "count", unit: "byte", meaning: "bytes sent" },
    ],
  };
}

/** Protocol and port of an end. ICMP keeps its type and code where others have the ports of both. */
function services({ facts, cells }: CaseFlow, end: EndFacts): Service[] {
  const { proto, source, destination } = facts;
  const isArp = /arp$/i.test(cells[PROTOCOL_COLUMN] ?? "");
  if (isIP(end.address) === 0 || proto === 0 || isArp) return [];
  const service = { "ip-protocol": proto };
  if (ICMP_PROTOCOLS.has(proto) && source.port >= 0 && destination.port >= 0) {
    return [{ ...service, ProtoType: source.port, ProtoCode: destination.port }];
  }
  return [{ ...service, ...(PORT_PROTOCOLS.has(proto) && end.port >= 0 ? { Port: end.port } : {}) }];
}

export function address(text: string): Address {
  const value = plain(text);
  const version = isIP(text);
  if (version === 4) return { value, category: "ipv4-addr" };
  if (version === 6) return { value, category: "ipv6-addr" };
  return MAC.test(text)
    ? { value, category: "mac" }
    : { value, category: "ext-value", "ext-category": "other" };
}

/** Of a case whose flows were not kept. */
function addressesOf({ sources, destinations }: Case): System[] {
  const node =
    (category: System["category"]) =>
    (text: string): System => ({
      category,
      Node: { Address: [address(text)] },
    });
  return [...sources.map(node("source")), ...destinations.map(node("target"))];
}

function recordOf(alert: CaseAlert, version: string): RecordData[] {
  const { gid, sid, rev, message, firstUs, dump, moreDumps } = alert;
  if (dump === null) return [];
  return [
    {
      DateTime: atUs(firstUs),
      Description: [plain(`${gid}:${sid}:${rev} ${message}`.trim())],
      Application: softwareOf(version),
      RecordItem: [dump, ...moreDumps].map((lines) => ({
        name: "alert",
        dtype: "string",
        meaning: "The alert, the packet's headers and its payload in hexadecimal",
        value: lines.map(plain).join("\n"),
      })),
    },
  ];
}
