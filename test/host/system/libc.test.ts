// The bindings of the C library, and that nothing loads them unasked.
// Apart from their users because every call's shape is decided here. Always holds: descriptors opened are closed.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";
import { errnoName, errnoNumber, errnoText, libc } from "../../../host/system/libc.js";

const TYPESCRIPT = fileURLToPath(new URL("../../../tools/ts.mjs", import.meta.url));
const FIXED_ANONYMOUS_PRIVATE = 0x22;

function loaded(code: string): string {
  const loads = `${code}; console.log(process.report.getReport().sharedObjects.filter((path) => path.includes("koffi")).length);`;
  const args = ["--import", TYPESCRIPT, "--input-type=module", "-e", loads];
  const done = spawnSync(process.execPath, args, {
    encoding: "utf8",
    cwd: fileURLToPath(new URL(".", import.meta.url)),
  });
  return done.stdout.trim() === "" ? done.stderr : done.stdout.trim();
}

describe("libc", () => {
  it("is loaded on first use, not by being imported", () => {
    const path = JSON.stringify(new URL("../../../host/capture/live/packet-socket.ts", import.meta.url).href);
    const libcPath = JSON.stringify(new URL("../../../host/system/libc.ts", import.meta.url).href);
    expect(loaded(`await import(${path})`)).toBe("0");
    expect(loaded(`(await import(${libcPath})).libc()`)).toBe("1");
  });

  it("says plainly where it can't be had", async () => {
    const platform = Object.getOwnPropertyDescriptor(process, "platform");
    Object.defineProperty(process, "platform", { ...platform, value: "plan9" });
    try {
      vi.resetModules();
      const fresh = await import("../../../host/system/libc.js");
      expect(() => fresh.libc()).toThrow(expect.objectContaining({ code: "LIBC_UNAVAILABLE", exitCode: 2 }));
      expect(() => fresh.libc()).toThrow(/needs Linux with glibc .* plan9/);
    } finally {
      Object.defineProperty(process, "platform", { ...platform });
    }
  });

  it("answers with the negated errno", () => {
    expect(libc().close(-1)).toBe(-errnoNumber("EBADF"));
    expect(libc().socket(-1, 0, 0)).toBe(-errnoNumber("EAFNOSUPPORT"));
    expect(libc().mmap(0n, 0, 3, FIXED_ANONYMOUS_PRIVATE, -1, 0)).toBe(-BigInt(errnoNumber("EINVAL")));
  });

  it("names an errno, positive or negated", () => {
    expect(errnoText(1)).toBe("EPERM (Operation not permitted)");
    expect(errnoText(-100)).toBe("ENETDOWN (Network is down)");
    expect(errnoName(-19)).toBe("ENODEV");
    expect(errnoName(9999)).toBe("errno 9999");
    expect(errnoNumber("ENODEV")).toBe(19);
    expect(errnoNumber("NONSENSE")).toBe(-1);
  });

  it("maps, writes, reads, copies and unmaps memory by address", () => {
    const bytes = libc().pageBytes;
    const address = libc().mmap(0n, bytes, 3, FIXED_ANONYMOUS_PRIVATE, -1, 0);
    expect(address).toBeGreaterThan(0n);
    libc().writeU32(address + 4n, 0xdeadbeef);
    expect(libc().readU32(address + 4n)).toBe(0xdeadbeef);
    const copy = new Uint8Array(8);
    libc().memcpy(libc().addressOf(copy), address, copy.length);
    expect([...copy]).toEqual([0, 0, 0, 0, 0xef, 0xbe, 0xad, 0xde]);
    expect(libc().munmap(address, bytes)).toBe(0);
  });

  it("finds accounts", () => {
    expect(libc().account("root")).toEqual({ uid: 0, gid: 0 });
    expect(libc().account("no-such-account")).toBeUndefined();
  });
});
