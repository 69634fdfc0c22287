// What is no package of ours, or not for this machine, is refused with its code, and changes nothing.

import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { printable, StrayError } from "../../../host/errors.js";
import { checkUpdate, stageUpdate } from "../../../host/update/apply.js";
import { readKeys } from "../../../host/update/keys.js";
import { parseSignature } from "../../../host/update/signature.js";
import { CutDisk, makeKeys, OPTIONS, Rig, signPackage } from "./rig.js";

const rigs: Rig[] = [];
let rig: Rig;
beforeEach(() => {
  rig = new Rig();
  rigs.push(rig);
});
afterAll(() => {
  for (const each of rigs) each.remove();
});

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(StrayError);
    const { message } = error as StrayError;
    expect(message).toBe(printable(message));
    return (error as StrayError).code;
  }
  return "none";
}

/** By check and by apply, which leaves no more than its count. */
function expectRefused(path: string, code: string, place = rig.place()): void {
  expect(codeOf(() => checkUpdate(place, path, OPTIONS))).toBe(code);
  const before = place.book.state().counts.refused;
  expect(codeOf(() => stageUpdate(place, path, OPTIONS, undefined))).toBe(code);
  expect(place.releases.current).toBeUndefined();
  expect(place.book.pending()).toBeUndefined();
  expect(readdirSync(rig.folder)).toEqual(["state.json"]);
  expect(place.book.state().counts.refused).toBe(before + 1);
}

describe("a package is taken", () => {
  it("when all of it holds, with what it says of itself", () => {
    const path = rig.package();
    const { version, architecture, key } = checkUpdate(rig.place(), path, OPTIONS);
    expect([version, architecture]).toEqual(["0.2.0", "amd64"]);
    expect([...readKeys(rig.keysPath).keys.keys()]).toEqual([key]);
    expect(existsSync(rig.folder)).toBe(false);
  });
});

describe("a package is refused", () => {
  it("cut off at any length", () => {
    const path = rig.package();
    const whole = readFileSync(path);
    for (const length of [0, 1, 7, 100, whole.length >> 1, whole.length - 1]) {
      writeFileSync(path, whole.subarray(0, length));
      expectRefused(path, "UPDATE_DAMAGED");
    }
  });

  it("with one bit of it changed, anywhere", () => {
    const path = rig.package();
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at += Math.ceil(whole.length / 40)) {
      const changed = Buffer.from(whole);
      changed.writeUInt8(changed.readUInt8(at) ^ (1 << (at % 8)), at);
      writeFileSync(path, changed);
      expect(
        codeOf(() => checkUpdate(rig.place(), path, OPTIONS)),
        `byte ${at}`,
      ).toBe("UPDATE_DAMAGED");
    }
    expectRefused(path, "UPDATE_DAMAGED");
  });

  it("with something behind it", () => {
    const path = rig.package();
    appendFileSync(path, "more");
    expectRefused(path, "UPDATE_DAMAGED");
  });

  it("without a signature, with an empty one, with half of one, with what is none", () => {
    const path = rig.package();
    const signature = readFileSync(`${path}.sig`, "utf8");
    const others = [
      "",
      signature.slice(0, 100),
      signature.slice(0, -1),
      `${signature}x`,
      "x".repeat(100_000),
      "\0\x1b[2J",
    ];
    for (const text of others) {
      writeFileSync(`${path}.sig`, text);
      expectRefused(path, "UPDATE_UNSIGNED");
    }
    rmSync(`${path}.sig`);
    expectRefused(path, "UPDATE_UNSIGNED");
  });

  it("with any character of the signature changed", () => {
    const path = rig.package();
    const signature = readFileSync(`${path}.sig`, "utf8");
    for (let at = 0; at < signature.length; at++) {
      const other = signature[at] === "1" ? "2" : "1";
      writeFileSync(`${path}.sig`, signature.slice(0, at) + other + signature.slice(at + 1));
      const code = codeOf(() => checkUpdate(rig.place(), path, OPTIONS));
      expect(["UPDATE_UNSIGNED", "UPDATE_UNTRUSTED", "UPDATE_DAMAGED"], `character ${at}`).toContain(code);
    }
  });

  it("with another text for the same bytes of the signature", () => {
    const path = rig.package();
    const signature = readFileSync(`${path}.sig`, "utf8");
    const last = signature.length - "==\n".length - 1;
    const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const spare = digits.indexOf(signature[last]!);
    for (let bits = 1; bits < 16; bits++) {
      writeFileSync(
        `${path}.sig`,
        signature.slice(0, last) + digits[spare + bits] + signature.slice(last + 1),
      );
      expectRefused(path, "UPDATE_UNSIGNED");
    }
  });

  it("with the signature of another package", () => {
    const path = rig.package();
    const other = rig.package({ version: "0.3.0" });
    writeFileSync(`${path}.sig`, readFileSync(`${other}.sig`));
    expectRefused(path, "UPDATE_DAMAGED");
  });

  it("signed with another key, or where there is no key, or only what is none", () => {
    const path = rig.package();
    signPackage(path, makeKeys().privateKey);
    expectRefused(path, "UPDATE_UNTRUSTED");
    signPackage(path, rig.keys.privateKey);
    const ours = join(rig.keysPath, "ours.pem");
    // The private half is no update key, though the public one could be had of it.
    writeFileSync(ours, rig.keys.privateKey.export({ type: "pkcs8", format: "pem" }));
    expectRefused(path, "UPDATE_UNTRUSTED");
    expect(readKeys(rig.keysPath).passedOver).toEqual(["ours.pem"]);
    rmSync(rig.keysPath, { recursive: true });
    expectRefused(path, "UPDATE_UNTRUSTED");
  });

  it("whose signature says another key's name", () => {
    const path = rig.package();
    const other = makeKeys();
    signPackage(path, other.privateKey);
    const theirs = readFileSync(`${path}.sig`, "utf8");
    const [own] = readKeys(rig.keysPath).keys.keys();
    writeFileSync(`${path}.sig`, theirs.replace(`key: ${parseSignature(theirs)!.key}`, `key: ${own}`));
    expectRefused(path, "UPDATE_DAMAGED");
  });

  it("for another architecture", () => {
    expectRefused(rig.package({ architecture: "arm64" }), "UPDATE_ARCHITECTURE");
  });

  it("that is not newer than what is in force", () => {
    for (const version of ["0.1.0", "0.0.9", "0.1.0~rc1"])
      expectRefused(rig.package({ version }), "UPDATE_NOT_NEWER");
    const path = rig.package({ version: "0.0.9" });
    expect(checkUpdate(rig.place(), path, { ...OPTIONS, force: true }).version).toBe("0.0.9");
  });

  it("that is another one's, or has no program, or is no package at all though it is signed", () => {
    expectRefused(rig.package({ name: "other" }), "UPDATE_PACKAGE");
    const path = rig.package();
    writeFileSync(path, "#!/bin/sh\nexit 0\n");
    signPackage(path, rig.keys.privateKey);
    expectRefused(path, "UPDATE_PACKAGE");
    const empty = rig.package({ version: "0.3.0", files: { "README.md": "nothing" } });
    expect(codeOf(() => stageUpdate(rig.place(), empty, OPTIONS, undefined))).toBe("UPDATE_PACKAGE");
    expect(readdirSync(rig.folder)).toEqual(["state.json"]);
  });

  it("for which there is no room", () => {
    const disk = new CutDisk();
    const place = rig.place(disk);
    disk.makeFolder(rig.folder);
    disk.freeBytes = 8 * 1_048_576;
    expectRefused(rig.package(), "UPDATE_SPACE", place);
    disk.freeBytes = 100 * 1_048_576;
    expectRefused(rig.package({ version: "0.3.0", installedKib: 100 * 1024 }), "UPDATE_SPACE", place);
  });

  it("that is not there", () => {
    expect(codeOf(() => checkUpdate(rig.place(), join(rig.root, "none.deb"), OPTIONS))).toBe(
      "UPDATE_UNSIGNED",
    );
    const path = rig.package();
    rmSync(path);
    expect(codeOf(() => checkUpdate(rig.place(), path, OPTIONS))).toBe("UPDATE_UNREADABLE");
    truncateSync(`${path}.sig`, 10);
    expect(codeOf(() => checkUpdate(rig.place(), path, OPTIONS))).toBe("UPDATE_UNSIGNED");
  });
});
