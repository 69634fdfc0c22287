// The page's words, and what is put there when no map can be.
// Apart from the system tests because no map is needed. Always holds: the memory can be used after each refusal.

import { describe, expect, it } from "vitest";
import { DEADMAN_MODE_ARMED, DEADMAN_VALUE_SIZE } from "../../../assembly/inline/inline-layout.js";
import { DEADMAN_BASE, DEADMAN_REGION_SIZE, MEMORY_PAGES, WINDOWS_BASE } from "../../../assembly/layout.js";
import { StrayError } from "../../../host/errors.js";
import { DeadManPage, firstValue } from "../../../host/inline/dead-man-page.js";
import { canRunNative } from "../../../host/inline/native-drivers.js";
import { libc } from "../../../host/system/libc.js";

const memory = new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES, shared: true });
const buffer = memory.buffer as unknown as SharedArrayBuffer;
const FIRST = firstValue({ limitNs: 200_000_000n, mode: DEADMAN_MODE_ARMED, peers: [7, 0x01020304] });

describe("the dead man's page", () => {
  it("lies alone on its pages, whatever their size", () => {
    expect(DEADMAN_BASE % libc().pageBytes).toBe(0);
    expect(DEADMAN_REGION_SIZE).toBeGreaterThanOrEqual(libc().pageBytes);
    expect(DEADMAN_BASE + DEADMAN_REGION_SIZE).toBeLessThanOrEqual(WINDOWS_BASE);
  });

  it("begins with nobody having beaten", () => {
    const view = new DataView(FIRST.buffer);
    expect(FIRST).toHaveLength(DEADMAN_VALUE_SIZE);
    expect([view.getBigUint64(0, true), view.getBigUint64(8, true)]).toEqual([0n, 200_000_000n]);
    expect([16, 64, 128].map((at) => view.getUint32(at, true))).toEqual([1, 7, 0x01020304]);
    expect(FIRST.filter((byte) => byte !== 0)).toHaveLength(3 + 1 + 1 + 4);
  });

  it("has words that can be read and written", () => {
    const page = new DeadManPage(buffer);
    page.write(FIRST);
    expect(page).toMatchObject({ beat: 0n, limitNs: 200_000_000n, mode: DEADMAN_MODE_ARMED });
    expect(page.isStale(200_000_000n)).toBe(false);
    expect(page.isStale(200_000_001n)).toBe(true);
    page.mode = 2;
    page.setPeer(1, 9);
    page.addBypassed(1, { packets: 2n, bytes: 120n });
    page.addBypassed(1, { packets: 1n, bytes: 60n });
    expect(page.bypassed(1)).toEqual({ packets: 3n, bytes: 180n });
    expect(page.bypassed(0)).toEqual({ packets: 0n, bytes: 0n });
    const view = new DataView(buffer, DEADMAN_BASE);
    expect([16, 64, 128].map((at) => view.getUint32(at, true))).toEqual([2, 7, 9]);
  });

  it("is memory like any other after a map was refused", () => {
    const page = new DeadManPage(buffer);
    page.write(FIRST);
    expect(() => page.map(-1, FIRST)).toThrow(StrayError);
    page.unmap();
    expect(Buffer.from(new Uint8Array(buffer, DEADMAN_BASE, DEADMAN_VALUE_SIZE))).toEqual(Buffer.from(FIRST));
    page.mode = 2;
    expect(page.mode).toBe(2);
  });
});

describe("canRunNative", () => {
  it.each([
    [["ixgbe", "i40e"], true],
    [["igc", "igc"], true],
    [["igc", "veth"], false],
    [["veth", "veth"], false],
    [["igc", undefined], false],
    [["virtio_net", "virtio_net"], false],
  ])("%j: %s", (drivers, expected) => {
    expect(canRunNative(drivers)).toBe(expected);
  });
});
