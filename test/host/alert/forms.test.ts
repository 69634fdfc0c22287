// The forms of alerts, held against golden files that a person can read: test/golden/alert/. The letter's alert is held
// against the letter's own lines. STRAY_UPDATE=1 writes the golden files anew, to be read before they are kept.

import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { Alert } from "../../../host/alert/alert.js";
import { FastFormat, utcTime } from "../../../host/alert/fast-format.js";
import { alertFromEve } from "../../../host/alert/from-eve.js";
import { FullFormat } from "../../../host/alert/full-format.js";
import { EveAlert } from "../../../host/export/eve-alert.js";
import { alertParams, alertSeverity } from "../../../host/export/syslog-alert.js";
import { SyslogFormat } from "../../../host/export/syslog-format.js";
import { buildAlert } from "./alert-builder.js";
import { LETTER, LETTER_MESSAGE, SAMPLES } from "./samples.js";

const time = utcTime();
const letter = new FullFormat({ style: "letter", time });
const snort = new FullFormat({ style: "snort", time });
const fast = new FastFormat({ time });
const eve = new EveAlert({ sensorName: "lab", interfaceName: () => "eth0" });
const syslog = new SyslogFormat({ facility: "local0", hostname: "lab", processId: 42, enterprise: 32473 });

const GOLDEN = new URL("../../golden/alert/", import.meta.url);
const { STRAY_UPDATE } = process.env;

/** Each sample's text under its name. */
function hold(file: string, textOf: (alert: Alert) => string): void {
  const texts = SAMPLES.map(({ name, alert }) => `## ${name}\n\n${textOf(alert).trimEnd()}\n`);
  const whole = texts.join("\n");
  if (STRAY_UPDATE === "1") writeFileSync(new URL(file, GOLDEN), whole);
  expect(whole).toBe(readFileSync(new URL(file, GOLDEN), "utf8"));
}

/** What an operator's terminal and a reader of lines must never get. */
const CLEAN = /^[\x20-\x7e\n]*$/;

describe("the letter's alert", () => {
  const lines = readFileSync(new URL("letter.txt", GOLDEN), "utf8");

  it("is the letter's, character for character", () => {
    expect(letter.text(buildAlert(LETTER))).toBe(`${lines}\n`);
  });

  it("is so whatever else the rule says, for the message is all that is told of it", () => {
    expect(letter.text(buildAlert({ ...LETTER, rule: LETTER_MESSAGE, sid: 5, gid: 9, rev: 2 }))).toBe(
      `${lines}\n`,
    );
  });

  it("is in local time unless told otherwise", () => {
    const own = new FullFormat({ style: "letter" }).text(buildAlert(LETTER));
    const local = new Date(Date.UTC(2001, 9, 17, 11, 37, 7));
    expect(own).toContain(`-${String(local.getHours()).padStart(2, "0")}:`);
    expect(own.replace(/^\d\d\/\d\d-\d\d:\d\d:\d\d/m, "10/17-11:37:07")).toBe(`${lines}\n`);
  });
});

describe("golden files", () => {
  it("full", () => hold("full.txt", (alert) => letter.text(alert)));
  it("full with the rule's numbers", () => hold("full-ids.txt", (alert) => snort.text(alert)));
  it("fast", () => hold("fast.txt", (alert) => fast.text(alert)));
  it("EVE", () => hold("eve.txt", (alert) => JSON.stringify(JSON.parse(eve.text(alert, 0)), undefined, 1)));
  it("syslog", () =>
    hold("syslog.txt", (alert) =>
      syslog.text("2026-11-24T22:00:00.123456Z", "alert", alertParams(alert, 0), "{}", alertSeverity(alert)),
    ));
});

describe("every form", () => {
  it.each(SAMPLES)("$name: printable ASCII, whole lines", ({ alert }) => {
    for (const text of [letter.text(alert), snort.text(alert)]) {
      expect(text).toMatch(CLEAN);
      expect(text).toMatch(/\n\n$/);
    }
    expect(fast.text(alert)).toMatch(/^[\x20-\x7e]+\n$/);
    expect(eve.text(alert, 0)).toMatch(/^[\x20-\x7e]+$/);
  });

  it("says a forged line as part of the message", () => {
    const { alert } = SAMPLES.find(({ name }) => name === "hostile texts")!;
    expect(fast.text(alert).split("\n")).toHaveLength(2);
    expect(fast.text(alert)).toContain("\\x1b[2J");
    expect(JSON.parse(eve.text(alert, 0)).alert.signature).toContain("\u001b[2J");
  });

  it("has a message of megabytes cut", () => {
    const alert = buildAlert({ frame: LETTER.frame, rule: "m".repeat(5_000_000) });
    for (const text of [fast.text(alert), letter.text(alert), eve.shortText(alert, 0)]) {
      expect(text.length).toBeLessThan(3_000);
    }
  });

  it("has the year where it is wanted, and tells what a drop came to", () => {
    const alert = buildAlert({ ...LETTER, action: 2 });
    expect(new FastFormat({ time: utcTime(true) }).text(alert)).toMatch(
      /^10\/17\/01-11:37:07\.512622 {2}\[wDrop\] /,
    );
    expect(new FastFormat({ time, isInline: true }).text(alert)).toContain("  [Drop] [**] [1:981:3]");
    expect(
      JSON.parse(
        new EveAlert({ sensorName: "", interfaceName: () => undefined, isInline: true }).text(alert, 0),
      ).alert.action,
    ).toBe("blocked");
  });

  it("survives any bytes in a place of the ring", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: L.ALERT_SIZE, maxLength: L.ALERT_SIZE }),
        fc.constantFrom(1, 101, 113, 7),
        fc.nat(80),
        (bytes, link, l3) => {
          // Poison behind the place: what is printed must not have it.
          const memory = new Uint8Array(L.ALERT_SIZE * 3).fill(0xee);
          memory.set(bytes, L.ALERT_SIZE);
          const view = new DataView(memory.buffer);
          view.setUint32(L.ALERT_SIZE + 60, link, true);
          view.setUint32(L.ALERT_SIZE + 64, l3, true);
          view.setUint32(L.ALERT_SIZE + 48, (bytes[0] ?? 0) * 8, true);
          memory[L.ALERT_SIZE + 256 + l3] = (bytes[1] ?? 0) & 1 ? 0x45 : 0x60;
          const alert = new Alert(memory.buffer, () => undefined).pointAt(L.ALERT_SIZE);
          const other = new Uint8Array(memory).fill(0x11, 0, L.ALERT_SIZE).fill(0x11, L.ALERT_SIZE * 2);
          const twin = new Alert(other.buffer, () => undefined).pointAt(L.ALERT_SIZE);
          for (const form of [letter, snort, fast]) {
            expect(form.text(alert)).toMatch(CLEAN);
            expect(form.text(alert)).toBe(form.text(twin));
          }
          const text = eve.text(alert, 3);
          expect(text).toBe(eve.text(twin, 3));
          expect(text).toMatch(/^[\x20-\x7e]+$/);
          expect(JSON.parse(text).event_type).toBe("alert");
        },
      ),
      { seed: 11, numRuns: 2_000 },
    );
  });
});

describe("an event read back", () => {
  it.each(SAMPLES)("$name: prints as the alert itself", ({ alert, name }) => {
    const back = alertFromEve(JSON.parse(eve.text(alert, 0)));
    expect(back).toBeDefined();
    expect(fast.text(back!)).toBe(fast.text(alert));
    expect(letter.text(back!)).toBe(letter.text(alert));
    // References are told by their addresses; everything else is the same.
    expect(snort.text(back!), name).toBe(snort.text(alert));
  });

  it("is undefined for what is no alert event, and never throws", () => {
    for (const value of [null, 1, "x", [], {}, { event_type: "flow" }, { event_type: "alert", alert: {} }]) {
      expect(alertFromEve(value)).toBeUndefined();
    }
    const event = JSON.parse(eve.text(buildAlert(LETTER), 0));
    for (const key of Object.keys(event)) {
      for (const value of [null, -1, 1e300, "\u001b", [], {}, undefined]) {
        const alert = alertFromEve({ ...event, [key]: value });
        if (alert !== undefined) expect(letter.text(alert) + fast.text(alert)).toMatch(CLEAN);
      }
    }
  });
});
