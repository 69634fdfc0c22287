// What lies where on the image's disk: a GUID partition table, an EFI system partition, the root, the state partition.
// Apart because sizes, names and identifiers are decided here and used when the parts are made and when they are joined.
// Always holds: the same board and version give the same identifiers; partitions begin at whole MiB; the state partition is the
// last one, so that it can grow to the end of a larger disk.

import { createHash } from "node:crypto";
import type { Architecture } from "./board.js";

export const MIB = 1_048_576;
export const SECTOR_SIZE = 512;
/** FAT32 wants 65,525 clusters at least. */
export const ESP_MIB = 64;
/** As built; the first boot makes it as long as the disk. */
export const STATE_MIB = 96;
/** In front of the first partition, and behind the last one for the second copy of the table. */
const EDGE_MIB = 1;

const ESP_TYPE = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";
const LINUX_TYPE = "0FC63DAF-8483-4772-8E79-3D69D8477DE4";

export type PartName = "esp" | "root" | "state";

export interface Part {
  readonly name: PartName;
  readonly label: string;
  readonly type: string;
  readonly uuid: string;
  readonly startMib: number;
  readonly sizeMib: number;
}

/** Of a board's version: a name-based identifier as RFC 9562, section 5.8 lays one out. */
export function identifier(...words: readonly string[]): string {
  const hash = createHash("sha256").update(words.join("\0")).digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x80, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}

export function partsOf(board: string, version: string, rootBytes: number): readonly Part[] {
  const uuid = (name: PartName) => identifier("stray", board, version, name);
  const rootMib = Math.ceil(rootBytes / MIB);
  const sizes: readonly [PartName, string, string, number][] = [
    ["esp", "stray-esp", ESP_TYPE, ESP_MIB],
    ["root", "stray-root", LINUX_TYPE, rootMib],
    ["state", "stray-state", LINUX_TYPE, STATE_MIB],
  ];
  let startMib = EDGE_MIB;
  return sizes.map(([name, label, type, sizeMib]) => {
    const part = { name, label, type, uuid: uuid(name), startMib, sizeMib };
    startMib += sizeMib;
    return part;
  });
}

export function imageMib(parts: readonly Part[]): number {
  return parts.reduce((sum, { sizeMib }) => sum + sizeMib, 2 * EDGE_MIB);
}

/** As sfdisk(8) reads it. */
export function tableScript(board: string, version: string, parts: readonly Part[]): string {
  const sectors = (mib: number) => (mib * MIB) / SECTOR_SIZE;
  const lines = parts.map(
    ({ label, type, uuid, startMib, sizeMib }) =>
      `start=${sectors(startMib)}, size=${sectors(sizeMib)}, type=${type}, uuid=${uuid}, name=${label}`,
  );
  return ["label: gpt", `label-id: ${identifier("stray", board, version, "disk")}`, ...lines, ""].join("\n");
}

/** The loader that the firmware looks for where no other is set (UEFI, section 3.5.1.1), and Debian's name of it. */
export const LOADERS: Readonly<Record<Architecture, { readonly file: string; readonly source: string }>> = {
  amd64: { file: "BOOTX64.EFI", source: "usr/lib/systemd/boot/efi/systemd-bootx64.efi" },
  arm64: { file: "BOOTAA64.EFI", source: "usr/lib/systemd/boot/efi/systemd-bootaa64.efi" },
};
