// The options that stray writes: type information (RFC 5610) and a file's time window (RFC 5655, section 8.1).
// Apart from the elements of flows because they tell of the stream, not of a flow.
// Always holds: the first fields are the scope.

import { DATA_TYPES, type DataType } from "./wire.js";

const REGISTRY = {
  sessionScope: [267, "unsigned8"],
  maxFlowEndSeconds: [261, "dateTimeSeconds"],
  minFlowStartSeconds: [265, "dateTimeSeconds"],
  informationElementId: [303, "unsigned16"],
  informationElementDataType: [339, "unsigned8"],
  informationElementDescription: [340, "string"],
  informationElementName: [341, "string"],
  informationElementSemantics: [344, "unsigned8"],
  informationElementUnits: [345, "unsigned16"],
  privateEnterpriseNumber: [346, "unsigned32"],
} as const satisfies Readonly<Record<string, readonly [number, DataType]>>;

export const ELEMENT_ID = REGISTRY.informationElementId[0];
export const ELEMENT_NAME = REGISTRY.informationElementName[0];
export const ENTERPRISE_NUMBER = REGISTRY.privateEnterpriseNumber[0];
export const SYSTEM_INIT_TIME = 160;

export const TYPE_INFORMATION_FIELDS = [
  "privateEnterpriseNumber",
  "informationElementId",
  "informationElementDataType",
  "informationElementSemantics",
  "informationElementUnits",
  "informationElementName",
  "informationElementDescription",
] as const;
export const TYPE_INFORMATION_SCOPES = 2;

/** Scope: the whole file. Whole seconds: Wireshark 4.0 misreads the milliseconds. */
export const TIME_WINDOW_FIELDS = ["sessionScope", "minFlowStartSeconds", "maxFlowEndSeconds"] as const;
/** Bytes of its data record. */
export const TIME_WINDOW_SIZE = 9;

export function elementOfRegistry(name: string): { number: number; bytes: number } {
  const entry = REGISTRY[name as keyof typeof REGISTRY];
  return { number: entry[0], bytes: DATA_TYPES[entry[1]].bytes };
}
