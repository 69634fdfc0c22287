// The real captures, where there are any, and their frames. Apart because several tests want them and all must pass
// without. Always holds: the reader here is not the one under test; it stops quietly at the first damage.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface CapturedFrame {
  bytes: Uint8Array;
  link: number;
  wire: number;
  timeNs: bigint;
}

/** The folder named by STRAY_CAPTURES, else the one beside the repository, else undefined. */
export function captureFolder(): string | undefined {
  const { STRAY_CAPTURES } = process.env;
  const folder = STRAY_CAPTURES ?? fileURLToPath(new URL("../../../shared/pcaps", import.meta.url));
  return existsSync(folder) ? folder : undefined;
}

export function captureFiles(): { name: string; bytes: Uint8Array }[] {
  const folder = captureFolder();
  if (folder === undefined) return [];
  return readdirSync(folder)
    .filter((name) => /\.(pcap|pcapng|cap)$/.test(name))
    .sort()
    .map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(folder, name))) }));
}

const NS_PER_SECOND = 1_000_000_000n;
const PCAPNG_SECTION = 0x0a0d0d0a;

export function framesOf(bytes: Uint8Array): CapturedFrame[] {
  if (bytes.length < 24) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return view.getUint32(0, true) === PCAPNG_SECTION ? pcapngFrames(view, bytes) : pcapFrames(view, bytes);
}

function pcapFrames(view: DataView, bytes: Uint8Array): CapturedFrame[] {
  const magic = view.getUint32(0, true);
  const little = magic === 0xa1b2c3d4 || magic === 0xa1b23c4d;
  const unit = view.getUint32(0, little) === 0xa1b23c4d ? 1n : 1000n;
  const link = view.getUint32(20, little) & 0xffff;
  const out: CapturedFrame[] = [];
  for (let at = 24; at + 16 <= bytes.length; ) {
    const captured = view.getUint32(at + 8, little);
    if (at + 16 + captured > bytes.length) break;
    const timeNs =
      BigInt(view.getUint32(at, little)) * NS_PER_SECOND + BigInt(view.getUint32(at + 4, little)) * unit;
    const wire = view.getUint32(at + 12, little);
    out.push({ bytes: bytes.subarray(at + 16, at + 16 + captured), link, wire, timeNs });
    at += 16 + captured;
  }
  return out;
}

function pcapngFrames(view: DataView, bytes: Uint8Array): CapturedFrame[] {
  const out: CapturedFrame[] = [];
  let little = true;
  let links: number[] = [];
  for (let at = 0; at + 12 <= bytes.length; ) {
    const isSection = view.getUint32(at, true) === PCAPNG_SECTION;
    if (isSection) {
      little = view.getUint32(at + 8, true) === 0x1a2b3c4d;
      links = [];
    }
    const type = view.getUint32(at, little);
    const size = view.getUint32(at + 4, little);
    if (size < 12 || at + size > bytes.length) break;
    if (type === 1) links.push(view.getUint16(at + 8, little));
    if (type === 6 && size >= 32) {
      const link = links[view.getUint32(at + 8, little)] ?? 1;
      // Microseconds are taken for granted: these tests need an order of time, not the times.
      const units =
        (BigInt(view.getUint32(at + 12, little)) << 32n) | BigInt(view.getUint32(at + 16, little));
      const captured = Math.min(view.getUint32(at + 20, little), size - 32);
      const wire = view.getUint32(at + 24, little);
      out.push({ bytes: bytes.subarray(at + 28, at + 28 + captured), link, wire, timeNs: units * 1000n });
    }
    at += size;
  }
  return out;
}
