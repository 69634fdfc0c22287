// The evidence: blocks byte for byte, and files read back by tshark and capinfos, which know nothing of ours.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as R from "../../../assembly/match/rules-layout.js";
import { ipv4, text, udp } from "../../../examples/frame.js";
import { EvidenceStore, evidenceComment } from "../../../host/alert/evidence-store.js";
import { interfaceBlock, packetBlock, sectionBlock } from "../../../host/alert/pcapng.js";
import { PATIENCE } from "../../support/patience.js";
import { requireProgram } from "../../support/system.js";
import { type AlertSpec, buildAlert, TIME_NS } from "./alert-builder.js";
import { LETTER, SAMPLES } from "./samples.js";

let directory: string;
let nowMs = Date.UTC(2026, 10, 24, 22);
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "stray-evidence-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function open(limits: { rotateBytes?: number; quotaBytes?: number } = {}): EvidenceStore {
  return new EvidenceStore({
    directory,
    rotateBytes: 1 << 20,
    rotateMs: 3_600_000,
    quotaBytes: 1 << 30,
    ...limits,
    interfaceName: (worker) => (worker === 9 ? undefined : `eth${worker}`),
    log: () => undefined,
    now: () => nowMs,
  });
}

const files = () => readdirSync(directory).sort();

/** Fields of every packet of a file, as tshark reads them. */
function tshark(name: string, ...fields: string[]): string[][] {
  const args = ["-r", join(directory, name), "-T", "fields", "-E", "separator=|", "-E", "aggregator=~"];
  const { stdout, stderr } = spawnSync("tshark", [...args, ...fields.flatMap((field) => ["-e", field])], {
    encoding: "utf8",
  });
  expect(stderr.replace(/^Running as user.*\n/m, "")).toBe("");
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split("|"));
}

describe("blocks", () => {
  it("are as the format says", () => {
    expect(Buffer.from(sectionBlock("s")).toString("hex")).toBe(
      "0a0d0d0a280000004d3c2b1a01000000ffffffffffffffff04000100730000000000000028000000",
    );
    expect(Buffer.from(interfaceBlock(101, "e")).toString("hex")).toBe(
      "010000002800000065000000000000000200010065000000090001000900000000000000" + "28000000",
    );
    const block = packetBlock({
      interface: 2,
      timeHigh: 1,
      timeLow: 3,
      frame: Uint8Array.of(9),
      wire: 60,
      comments: ["ab"],
    });
    expect(Buffer.from(block).toString("hex")).toBe(
      "06000000300000000200000001000000030000000100000" +
        "03c000000090000000100020061620000" +
        "0000000030000000",
    );
  });
});

describe("a comment", () => {
  it("names rule and flow", () => {
    expect(evidenceComment(buildAlert(LETTER))).toBe(
      "[1:981:3] WEB-IIS File permission canonicalization; flow 217.29.131.130:27708 -> 130.216.236.45:80 TCP, " +
        "flow_id 4849354541632133, community_id 1:Ra6pAMK7vCstDoWvsv/idPgwhPw=",
    );
    expect(evidenceComment(buildAlert({ ...LETTER, kind: R.ALERT_KIND_TAGGED, rule: null }))).toMatch(
      /^tagged by \[1:981:3\]; flow 217\./,
    );
    expect(evidenceComment(buildAlert({ ...LETTER, kind: R.ALERT_KIND_LOG }))).toMatch(
      /^logged by \[1:981:3\] WEB/,
    );
    for (const { alert } of SAMPLES) expect(evidenceComment(alert)).toMatch(/^[\x20-\x7e]+$/);
  });
});

describe("the evidence", () => {
  it.skipIf(!requireProgram("tshark", "tshark"))(
    "is read by tshark: packets, times, lengths, comments",
    async () => {
      const store = open();
      let packetIndex = 0;
      const specs = SAMPLES.map(({ spec }) => ({ ...spec, packetIndex: ++packetIndex }));
      const alerts = specs.map((spec) => buildAlert(spec));
      for (const [index, alert] of alerts.entries()) {
        store.write(alert, index % 3 === 2 ? 9 : index % 3);
        // Some go by the next hand-over.
        if (index % 4 === 0) {
          nowMs += 1000;
          store.pulse(nowMs);
          await new Promise((resolve) => setTimeout(resolve, 20 * PATIENCE));
        }
      }
      await store.close();
      expect(files()).toEqual([expect.stringMatching(/^evidence-\d{8}T\d{6}Z\.pcapng$/)]);
      expect(store.counters()).toMatchObject({ packets: SAMPLES.length, dropped: 0, errors: 0, files: 1 });
      const rows = tshark(
        files()[0]!,
        "frame.comment",
        "frame.len",
        "frame.cap_len",
        "frame.interface_name",
        "frame.encap_type",
        "frame.time_epoch",
      );
      // tshark 4.4 doubles a backslash, 4.0 does not.
      const comments = rows.map(([comment = ""]) => comment.replaceAll("\\\\", "\\"));
      expect(comments).toEqual(alerts.map(evidenceComment));
      for (const [index, spec] of specs.entries()) {
        const [, wire, captured, name, encapsulation, time] = rows[index]!;
        const timeNs = spec.timeNs ?? TIME_NS;
        expect(Number(captured)).toBe(spec.kept ?? spec.frame.length);
        expect(Number(wire)).toBe(spec.wire ?? spec.frame.length);
        expect(name).toBe(index % 3 === 2 ? "unknown" : `eth${index % 3}`);
        expect(encapsulation).toBe(spec.link === 101 ? "7" : "1");
        expect(time).toBe(`${timeNs / 1_000_000_000n}.${String(timeNs % 1_000_000_000n).padStart(9, "0")}`);
      }
      const info = spawnSync("capinfos", ["-M", "-c", "-k", join(directory, files()[0]!)], {
        encoding: "utf8",
      });
      expect(info.status, info.stderr).toBe(0);
      expect(info.stdout).toMatch(new RegExp(`Number of packets: +${SAMPLES.length}\n`));
    },
  );

  it.skipIf(!requireProgram("tshark", "tshark"))(
    "has a packet of several rules once, with a comment a rule",
    async () => {
      const store = open();
      for (const sid of [1, 2, 3]) store.write(buildAlert({ ...LETTER, sid }), 0);
      store.write(buildAlert({ ...LETTER, sid: 4, packetIndex: 11 }), 0);
      store.write(buildAlert({ ...LETTER, sid: 5, packetIndex: 11 }), 1);
      await store.close();
      const rows = tshark(files()[0]!, "frame.comment");
      const sids = rows.map(([comment]) =>
        [...comment!.matchAll(/\[1:(\d+):3\]/g)].map(([, sid]) => Number(sid)),
      );
      expect(sids).toEqual([[1, 2, 3], [4], [5]]);
    },
  );

  it.skipIf(!requireProgram("tshark", "tshark"))(
    "can be read file by file, whatever came before, under a quota",
    async () => {
      const store = open({ rotateBytes: 8_000, quotaBytes: 40_000 });
      const link: AlertSpec = {
        frame: ipv4(
          { src: "192.0.2.1", dst: "192.0.2.2" },
          udp({ sport: 1, dport: 2 }, text("x".repeat(900))),
        ),
        link: 101,
      };
      for (let packetIndex = 1; packetIndex <= 120; packetIndex++) {
        const spec = packetIndex % 5 === 0 ? link : { frame: new Uint8Array(1000).fill(1), l3: 900 };
        store.write(buildAlert({ ...LETTER, ...spec, packetIndex, sid: packetIndex }), packetIndex % 7);
        if (packetIndex % 3 === 0) {
          nowMs += 1000;
          store.pulse(nowMs);
          await new Promise((resolve) => setTimeout(resolve, 10 * PATIENCE));
        }
      }
      await store.close();
      const names = files();
      expect(names.length).toBeGreaterThan(3);
      expect(names.reduce((sum, name) => sum + statSync(join(directory, name)).size, 0)).toBeLessThanOrEqual(
        40_000,
      );
      expect(store.counters()["files-removed"]).toBeGreaterThan(5);
      const rows = names.flatMap((name) =>
        tshark(name, "frame.comment", "frame.encap_type", "frame.interface_name"),
      );
      const sids = rows.map(([comment]) => Number(/^\[1:(\d+):/.exec(comment!)?.[1]));
      expect(sids).toEqual(Array.from({ length: sids.length }, (_, index) => 121 - sids.length + index));
      expect(rows.map(([, encapsulation]) => encapsulation)).toEqual(
        sids.map((sid) => (sid % 5 === 0 ? "7" : "1")),
      );
      expect(rows.map(([, , name]) => name)).toEqual(sids.map((sid) => `eth${sid % 7}`));
    },
  );

  it("takes log and tag packets too, and counts what finds no room", async () => {
    const store = new EvidenceStore({
      directory,
      rotateBytes: 1 << 20,
      rotateMs: 1000,
      quotaBytes: 1 << 30,
      interfaceName: () => undefined,
      log: () => undefined,
      bufferBytes: 1024,
    });
    for (let packetIndex = 1; packetIndex <= 20; packetIndex++) {
      const kind = packetIndex % 2 ? R.ALERT_KIND_LOG : R.ALERT_KIND_TAGGED;
      store.write(buildAlert({ ...LETTER, kind, packetIndex }), 0);
    }
    await store.close();
    const { packets = 0, dropped = 0 } = store.counters();
    expect(packets).toBeGreaterThan(1);
    expect(packets + dropped).toBe(20);
    expect(readFileSync(join(directory, files()[0]!)).includes("logged by [1:981:3]")).toBe(true);
  });
});
