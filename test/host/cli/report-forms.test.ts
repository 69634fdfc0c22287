// `stray report --format html` and `--format iodef`, as they are run from a shell.
// What the forms hold is tried in test/host/report/; here is how they are asked for, and what is refused.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { letterCapture } from "../../../examples/letter.js";
import { pcapBytes } from "../../../examples/pcap-writer.js";
import type { IodefDocument } from "../../../host/report/iodef/classes.js";
import { runStray } from "../../support/run-stray.js";

const RULES = fileURLToPath(new URL("../../../examples/letter.rules", import.meta.url));
const LETTER = ["--rules", RULES, "--home", "130.216.0.0/16"];
let folder: string;
let capture: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stray-forms-"));
  capture = join(folder, "letter.pcap");
  writeFileSync(capture, letterCapture());
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("stray report --format html", () => {
  it("writes the page, by the form's name and by the file's", () => {
    const printed = runStray(["report", ...LETTER, "--format", "html", capture]);
    expect([printed.exitCode, printed.stderr]).toEqual([0, ""]);
    const file = join(folder, "letter.html");
    const written = runStray(["report", ...LETTER, "-o", file, capture]);
    expect([written.exitCode, written.stdout, written.stderr]).toEqual([0, "", ""]);
    for (const page of [printed.stdout, readFileSync(file, "utf8")]) {
      expect(page).toMatch(/^<!DOCTYPE html>\n/);
      expect(page).toContain("</html>");
      for (const told of ["26735", "29305", "leaky-filter", "ID:20959"]) expect(page).toContain(told);
    }
  });
});

describe("stray report --format iodef", () => {
  it("writes a document, with the name of who sends it", () => {
    const sender = ["--iodef-name", "CSIRT.example.org", "--iodef-contact", "irt@example.org"];
    const { exitCode, stdout, stderr } = runStray([
      "report",
      ...LETTER,
      "--format",
      "iodef",
      ...sender,
      capture,
    ]);
    expect([exitCode, stderr]).toEqual([0, ""]);
    const { Incident: incidents } = JSON.parse(stdout) as IodefDocument;
    expect(incidents).toMatchObject([
      { IncidentID: { name: "csirt.example.org" }, Contact: [{ Email: [{ EmailTo: "irt@example.org" }] }] },
    ]);
  });

  it("says that there is no document where nothing is strange", () => {
    const empty = join(folder, "empty.pcap");
    writeFileSync(
      empty,
      pcapBytes({ snapLength: 65535 }, () => {}),
    );
    const { exitCode, stdout, stderr } = runStray(["report", "--format", "iodef", empty]);
    expect([exitCode, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("nothing strange was found, and an IODEF document needs an incident");
  });

  it.each([
    [
      ["--format", "text", "--iodef-name", "csirt.example.org"],
      "--iodef-name and --iodef-contact go with --format iodef",
    ],
    [
      ["--format", "iodef", "--iodef-name", "localhost"],
      "A domain name such as csirt.example.org was expected",
    ],
    [["--format", "iodef", "--iodef-contact", "irt"], "A mail address such as irt@example.org was expected"],
  ])("refuses %j", (options, message) => {
    const { exitCode, stdout, stderr } = runStray(["report", ...options, capture]);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });
});
