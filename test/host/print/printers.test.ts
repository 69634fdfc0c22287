// The three printers over the same seven flows, held against golden files that a person can read:
// test/golden/print/*.txt. To rewrite them after a wanted change: UPDATE_GOLDEN=1 npx vitest run printers

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { chooseColumns } from "../../../host/print/columns.js";
import { CsvPrinter } from "../../../host/print/csv.js";
import { JsonPrinter } from "../../../host/print/json.js";
import type { Printer } from "../../../host/print/printer.js";
import { TablePrinter } from "../../../host/print/table.js";
import type { ValueStyle } from "../../../host/record/field-types.js";
import { DEFAULT_FIELD_NAMES, FIELDS } from "../../../host/record/fields.js";
import { buildRecord } from "../../support/record-builder.js";

const FOLDER = new URL("../../golden/print/", import.meta.url);
const ALL = FIELDS.map(({ name }) => name);
const BOTH = L.FLOW_FLAG_SYN | L.FLOW_FLAG_SYNACK | L.FLOW_FLAG_HANDSHAKE;

const utc = (us: number): string => new Date(us / 1000).toISOString().slice(2, 19).replace("T", " ");
const style: ValueStyle = { state: "word", numericProto: false, time: utc, timeWidth: 17 };
const flagStyle: ValueStyle = { ...style, state: "flags-both" };

const RECORDS = [
  buildRecord({
    orig: {
      address: "217.29.131.130",
      port: 26735,
      packets: 2,
      bytes: 268,
      appBytes: 160,
      flags: "FPA",
      ttl: [101, 101],
      id: 0,
      idZero: 2,
      df: 2,
      retransmits: 1,
      mac: "0:0:c:46:5c:d1",
      window: 17520,
    },
    resp: { address: "130.216.236.45", port: 80 },
    lastUs: 1_003_318_269_014_551,
    tcpState: L.TCP_STATE_CLOSING,
    findings: [0, 1],
  }),
  buildRecord({
    initiatorIsB: true,
    orig: {
      address: "10.1.2.3",
      port: 40000,
      packets: 10,
      bytes: 2000,
      appBytes: 1340,
      flags: "FSPA",
      vlan: 100,
    },
    resp: {
      address: "192.0.2.80",
      port: 443,
      packets: 8,
      bytes: 9000,
      appBytes: 8460,
      flags: "FSPA",
      retransmits: 2,
    },
    flowFlags: BOTH,
    tcpState: L.TCP_STATE_CLOSED,
    dirReason: L.DIR_REASON_SYN,
    synackUs: 20_000,
    ackdatUs: 1_500,
    notes: L.NOTE_VLAN,
    reason: L.RECORD_REASON_IDLE,
    sequence: 2,
    firstFrame: 9,
  }),
  buildRecord({
    kind: L.KIND_IPV6,
    proto: 17,
    orig: { address: "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1", port: 5000, packets: 1, bytes: 90, appBytes: 28 },
    resp: { address: "2001:db8::53", port: 53, packets: 1, bytes: 200, appBytes: 138 },
  }),
  buildRecord({
    proto: 1,
    extra: 77,
    icmpType: 8,
    orig: { address: "10.1.2.3", port: 8, packets: 3, bytes: 294, appBytes: 192 },
    resp: { address: "10.0.0.1", port: 0, packets: 3, bytes: 294, appBytes: 192 },
  }),
  buildRecord({ proto: 50, orig: { port: 0xbeef }, resp: { port: 0xdead } }),
  buildRecord({
    kind: L.KIND_ARP,
    proto: 0,
    extra: 1,
    orig: { address: "10.1.2.3", port: 0, bytes: 42, appBytes: 14 },
    resp: { address: "10.0.0.1", port: 0, packets: 1, bytes: 60, appBytes: 32 },
  }),
  buildRecord({
    kind: L.KIND_MAC,
    proto: 0,
    extra: 0x888e,
    orig: { address: "0:0:c:46:5c:d1", port: 0, mac: "0:0:c:46:5c:d1" },
    resp: { address: "1:80:c2:0:0:3", port: 0 },
  }),
];

function printed(printer: Printer): string {
  return printer.header() + RECORDS.map((record) => printer.line(record)).join("");
}

function expectGolden(name: string, text: string): void {
  const file = new URL(name, FOLDER);
  const { UPDATE_GOLDEN: isUpdating } = process.env;
  if (isUpdating) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(file, text);
  }
  expect(text).toBe(readFileSync(file, "utf8"));
}

const plain = { style: flagStyle, colour: false, title: true };

describe("the table", () => {
  it("has the letter's columns", () => {
    expectGolden("table.txt", printed(new TablePrinter(chooseColumns([], DEFAULT_FIELD_NAMES), plain)));
  });

  it("has other columns", () => {
    const specs = [
      "saddr,dur,state,sipid,sipid_kind,smac,svlan,tcprtt,dloss,dir_reason,dir_conf,notes,findings",
    ];
    expectGolden(
      "table-fields.txt",
      printed(new TablePrinter(chooseColumns(specs, []), { ...plain, style })),
    );
  });

  it("has a separator", () => {
    const columns = chooseColumns([], DEFAULT_FIELD_NAMES);
    expectGolden("table-separator.txt", printed(new TablePrinter(columns, { ...plain, separator: "," })));
  });

  it("is coloured only when asked, and the colour takes no width", () => {
    const columns = chooseColumns(["findings,saddr"], []);
    const printer = new TablePrinter(columns, { ...plain, colour: true });
    expect(printer.header()).toBe("\u001b[2mFindings                    SrcAddr\u001b[0m\n");
    expect(printer.line(RECORDS[0]!)).toBe("\u001b[33mmidstream-data,one-way\u001b[0m     217.29.131.130\n");
    expect(printer.line(RECORDS[1]!)).toBe("                           10.1.2.3\n");
  });

  it("can go without its header", () => {
    const printer = new TablePrinter(chooseColumns(["saddr"], []), { ...plain, title: false });
    expect(printer.header()).toBe("");
  });
});

describe("JSON", () => {
  const text = printed(new JsonPrinter(chooseColumns([], ALL), style));

  it("has every field that the flow has, one object a line", () => {
    expectGolden("json.txt", text);
  });

  it("parses, numbers are numbers, lists are lists", () => {
    const [leak, web, , ping, esp, , eapol] = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(leak).toMatchObject({ stime: 1003318266, sport: 26735, dur: 3.014551, dpkts: 0, sipid: 0 });
    expect(leak.findings).toEqual(["midstream-data", "one-way"]);
    expect(text).toContain('{"stime":1003318266.000000,"ltime":1003318269.014551,');
    expect(web).toMatchObject({ tcprtt: 0.0215, svlan: 100, dloss: 2, dir_conf: 1, notes: ["vlan"] });
    expect(ping).toMatchObject({ sport: 8, dport: 0, icmp_id: 77, state: "ECO" });
    expect(esp.dport).toBe(0xdeadbeef);
    expect("sport" in esp).toBe(false);
    expect(eapol).toMatchObject({ proto: "eapol", saddr: "00:00:0c:46:5c:d1", ethertype: 0x888e });
  });
});

describe("CSV", () => {
  it("has a header and as many values in each line", () => {
    const text = printed(new CsvPrinter(chooseColumns([], ALL), style, true));
    expectGolden("csv.txt", text);
    for (const line of text.trim().split("\n")) expect(line.split(",")).toHaveLength(FIELDS.length);
  });

  it("quotes what needs it (RFC 4180)", () => {
    const printer = new CsvPrinter(chooseColumns(["saddr,findings,dir"], []), style, true, " ");
    expect(printer.header()).toBe("saddr findings dir\n");
    expect(printer.line(RECORDS[0]!)).toBe('217.29.131.130 "midstream-data one-way" ?>\n');
  });
});
