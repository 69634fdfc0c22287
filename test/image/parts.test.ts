// What an image is made of, without building one: partitions, the loader's entry, networks, and docs/image.md.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { RELEASES_PATH } from "../../host/update/releases.js";
import { IMAGE_BOARDS, imageBoard } from "../../tools/image/board.js";
import { loaderEntry } from "../../tools/image/disk.js";
import { imageMib, MIB, partsOf, SECTOR_SIZE, tableScript } from "../../tools/image/layout.js";
import { managementNetwork, wireNetwork } from "../../tools/image/network.js";
import { requireProgram } from "../support/system.js";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const page = read("docs/image.md");
const ROOT_BYTES = 123 * MIB + 1;

describe("the disk of an image", () => {
  it("has partitions behind one another, the state partition last, and names that follow from board and version", () => {
    const parts = partsOf("qemu-x64", "0.1.0", ROOT_BYTES);
    expect(parts.map(({ name }) => name)).toEqual(["esp", "root", "state"]);
    for (const [at, { startMib, sizeMib }] of parts.entries()) {
      expect(startMib + sizeMib).toBe(parts[at + 1]?.startMib ?? imageMib(parts) - 1);
    }
    expect(parts[1]!.sizeMib).toBe(124);
    expect(partsOf("qemu-x64", "0.1.0", ROOT_BYTES)).toEqual(parts);
    const others = [
      ...partsOf("qemu-x64", "0.1.1", ROOT_BYTES),
      ...partsOf("qemu-aarch64", "0.1.0", ROOT_BYTES),
    ];
    const uuids = [...parts, ...others].map(({ uuid }) => uuid);
    expect(new Set(uuids).size).toBe(9);
    for (const uuid of uuids)
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it.skipIf(!requireProgram("sfdisk", "fdisk"))("is one that sfdisk reads as it was meant", () => {
    const folder = mkdtempSync(join(tmpdir(), "stray-table-"));
    const path = join(folder, "disk.img");
    const parts = partsOf("qemu-x64", "0.1.0", ROOT_BYTES);
    writeFileSync(path, "");
    truncateSync(path, imageMib(parts) * MIB);
    const input = tableScript("qemu-x64", "0.1.0", parts);
    execFileSync("sfdisk", ["--quiet", "--no-reread", "--no-tell-kernel", path], { input });
    const found = JSON.parse(execFileSync("sfdisk", ["--json", path], { encoding: "utf8" })) as {
      partitiontable: { partitions: { name: string; uuid: string; start: number; size: number }[] };
    };
    rmSync(folder, { recursive: true });
    const inMib = (sectors: number) => (sectors * SECTOR_SIZE) / MIB;
    expect(
      found.partitiontable.partitions.map(({ name, uuid, start, size }) => [
        name,
        uuid.toLowerCase(),
        inMib(start),
        inMib(size),
      ]),
    ).toEqual(parts.map(({ label, uuid, startMib, sizeMib }) => [label, uuid, startMib, sizeMib]));
    for (const { label } of parts) expect(page).toContain(`| \`${label}\` |`);
  });
});

describe("what is in an image", () => {
  it("follows from the board's profile", async () => {
    for (const name of IMAGE_BOARDS) {
      const board = await imageBoard(name);
      const entry = loaderEntry(board, "0.1.0", "the-root");
      expect(entry).toContain("root=PARTUUID=the-root rootfstype=squashfs ro ");
      expect(entry).toContain(` console=${name === "qemu-x64" ? "ttyS0" : "ttyAMA0"},115200 `);
      expect(board.config).toMatch(/^snmp:/m);
      expect(wireNetwork(board)).toContain(`\nName=${board.inline.join(" ")}\n`);
      // What carries frames when strayd is killed sees only what the card takes in.
      expect(wireNetwork(board)).toContain("\nPromiscuous=yes\n");
      expect(wireNetwork(board)).not.toMatch(/Address=|DHCP=/);
      expect(managementNetwork(board, { address: undefined, gateway: undefined })).toContain("DHCP=yes");
      const fixed = managementNetwork(board, { address: "192.0.2.10/24", gateway: "192.0.2.1" });
      expect(fixed).toMatch(/\nAddress=192\.0\.2\.10\/24\nGateway=192\.0\.2\.1\n/);
      expect(fixed).not.toContain("DHCP");
    }
    await expect(imageBoard("raspberry-pi-4")).rejects.toThrow(/qemu-x64 and qemu-aarch64/);
    expect(IMAGE_BOARDS.every((name) => page.includes(`\`${name}\``))).toBe(true);
  });

  it("lasts where docs/image.md says", () => {
    const script = read("tools/image/root/etc/initramfs-tools/scripts/local-bottom/stray-state");
    const [, folders = ""] = /^lasting="([^"]+)"$/m.exec(script) ?? [];
    expect(folders.split(" ")).toContain(RELEASES_PATH.slice(1));
    for (const folder of folders.split(" ")) expect(page).toContain(`| \`/${folder}\` | state partition`);
    execFileSync("sh", ["-n"], { input: script });
    execFileSync("sh", ["-n"], { input: read("tools/image/customize.sh") });
  });

  it("says on the console what became of the state partition", async () => {
    const script = read("tools/image/root/etc/initramfs-tools/scripts/local-bottom/stray-state");
    const [, level] = /echo "<(\d)>stray-state: /.exec(script) ?? [];
    const entry = loaderEntry(await imageBoard("qemu-x64"), "0.1.0", "the-root");
    const [, shown] = / loglevel=(\d) /.exec(entry) ?? [];
    // The kernel shows what is below its level.
    expect(Number(level)).toBeLessThan(Number(shown));
  });

  it("lets nobody in by a password", () => {
    const text = read("tools/image/root/etc/ssh/sshd_config.d/00-image.conf");
    expect(text).toContain("\nPasswordAuthentication no\n");
    expect(text).toContain("\nKbdInteractiveAuthentication no\n");
  });

  it("is asked for as docs/image.md says", () => {
    const help = execFileSync(
      process.execPath,
      ["--import", "./tools/ts.mjs", "tools/image/build.ts", "--help"],
      { cwd: new URL("../../", import.meta.url), encoding: "utf8" },
    );
    const options = [...help.matchAll(/^ {2}(--[a-z-]+ <[^>]+>)/gm)].map(([, words]) => words);
    expect(options.length).toBeGreaterThan(5);
    for (const words of options) expect(page).toContain(`| \`${words}\` |`);
  });
});
