// What the kernel's refusals of bpf(2) are turned into, and that nonsense is refused rather than taken.
// Apart from the system tests because no root is needed. Always holds: no object of BPF is made here.

import { closeSync, openSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Attributes, bpf, nameAt, refusedBpf } from "../../../host/bpf/call.js";
import { kindOf, programInfo } from "../../../host/bpf/objects.js";
import { isBpffs, tryPinned } from "../../../host/bpf/pin.js";
import { StrayError } from "../../../host/errors.js";
import { errnoNumber } from "../../../host/system/libc.js";

describe("refusals of bpf(2)", () => {
  it.each([
    [
      "EPERM",
      "BPF_NOT_PERMITTED",
      /^the kernel does not let this process make a map \(EPERM\): .*CAP_BPF and CAP_NET_ADMIN/,
    ],
    ["EACCES", "BPF_NOT_PERMITTED", /\(EACCES\)/],
    [
      "ENOSYS",
      "BPF_UNAVAILABLE",
      /^this kernel has no bpf\(2\), so it can't make a map: .*CONFIG_BPF_SYSCALL/,
    ],
    ["EINVAL", "BPF_REFUSED", /^the kernel refuses to make a map: EINVAL \(Invalid argument\)$/],
  ])("%s", (name, code, message) => {
    const error = refusedBpf(-errnoNumber(name), "make a map");
    expect(error).toBeInstanceOf(StrayError);
    expect(error).toMatchObject({ code, exitCode: 2, message: expect.stringMatching(message) });
  });

  it("throws what the kernel says of a command that is none", () => {
    expect(() => bpf(9999, new Attributes(8), "do nothing")).toThrow(StrayError);
  });
});

describe("attributes", () => {
  it("lie where union bpf_attr has them, names cut to what the kernel takes", () => {
    const { bytes } = new Attributes(32).u32(0, 0x01020304).u32(4, 7).name(8, "a_name_of_twenty_char");
    expect(Buffer.from(bytes).toString("latin1", 0, 8)).toBe("\u0004\u0003\u0002\u0001\u0007\0\0\0");
    expect(nameAt(bytes, 8)).toBe("a_name_of_twent");
    expect(nameAt(new Uint8Array(20).fill(0x61), 4)).toBe("a".repeat(16));
  });
});

describe("files that are no BPF objects", () => {
  it("are told apart", () => {
    const fd = openSync("/dev/null", "r");
    try {
      expect(kindOf(fd)).toBe("other");
      expect(() => programInfo(fd)).toThrow(expect.objectContaining({ code: "BPF_OBJECT_KIND" }));
    } finally {
      closeSync(fd);
    }
    expect(tryPinned("/dev/null")).toBeLessThan(0);
    expect(isBpffs("/dev")).toBe(false);
    expect(isBpffs("/no/such/place")).toBe(false);
  });
});
