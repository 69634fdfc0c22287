// A package looked at: its signature first, then what it says of itself.
// Apart from unpacking, so that `stray update check` is the same look without a change.
// Always holds: no part of a package is read for its meaning before its signature holds; the file is read once, in pieces, into
// a copy that only root may change when there is one to be made, so that what is unpacked is what was checked.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { systemCode } from "../errors.js";
import type { UpdateKeys } from "./keys.js";
import { updateError } from "./problem.js";
import {
  isSignedBy,
  type PackageSignature,
  parseSignature,
  SIGNATURE_BYTES_MAX,
  SIGNATURE_SUFFIX,
} from "./signature.js";

const PACKAGE_BYTES_MAX = 256 * 1_048_576;
const CHUNK_BYTES = 1_048_576;
const TOOL_MS = 120_000;

export interface CheckedPackage {
  readonly version: string;
  readonly architecture: string;
  readonly sha512: string;
  readonly key: string;
  readonly sizeBytes: number;
  /** Unpacked, as the package says. */
  readonly installedBytes: number;
}

/** Debian's word for this machine. */
export function ownArchitecture(): string {
  const words: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64", arm: "armhf" };
  return words[process.arch] ?? process.arch;
}

/**
 * Reads `path` and the signature beside it. With `copy`, that file gets the bytes as they are read.
 * @throws StrayError UPDATE_*
 */
export function checkPackage(path: string, keys: UpdateKeys, copy?: string): CheckedPackage {
  const found = readSignature(path);
  const key = keys.keys.get(found.key);
  if (key === undefined) {
    const known =
      keys.keys.size === 0 ? "there is no update key on this machine" : "it is none of the update keys";
    throw updateError("UPDATE_UNTRUSTED", `${path} is signed with the key ${found.key}: ${known}`);
  }
  if (!isSignedBy(found, key))
    throw updateError("UPDATE_DAMAGED", `${path}: the signature does not hold: get it anew`);
  const sha512 = readThrough(path, found, copy);
  const fields = controlFields(copy ?? path, path);
  return { ...fields, sha512, key: found.key, sizeBytes: found.size };
}

function readSignature(path: string): PackageSignature {
  const beside = `${path}${SIGNATURE_SUFFIX}`;
  let text: string;
  try {
    const fd = openSync(beside, "r");
    try {
      const bytes = Buffer.alloc(SIGNATURE_BYTES_MAX);
      text = bytes.toString("latin1", 0, readSync(fd, bytes));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (systemCode(error) === "ENOENT") {
      throw updateError("UPDATE_UNSIGNED", `${beside} is not there: a package comes with its signature`);
    }
    throw unreadable(beside, error);
  }
  const found = parseSignature(text);
  if (found !== undefined) return found;
  throw updateError("UPDATE_UNSIGNED", `${beside} is no signature of a package, or cut off: get it anew`);
}

/** Size and SHA-512 have to be those that were signed. */
function readThrough(path: string, signed: PackageSignature, copy: string | undefined): string {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    throw unreadable(path, error);
  }
  const out = copy === undefined ? undefined : openSync(copy, "wx", 0o600);
  try {
    const { size } = fstatSync(fd);
    if (size !== signed.size || size > PACKAGE_BYTES_MAX) {
      throw updateError(
        "UPDATE_DAMAGED",
        `${path} has ${size} bytes, signed were ${signed.size}: get it anew`,
      );
    }
    const hash = createHash("sha512");
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let at = 0; at < signed.size; ) {
      const count = readSync(fd, chunk, 0, Math.min(chunk.length, signed.size - at), null);
      if (count === 0) break;
      at += count;
      hash.update(chunk.subarray(0, count));
      if (out !== undefined) writeAll(out, chunk.subarray(0, count));
    }
    const sha512 = hash.digest("hex");
    if (sha512 === signed.sha512) return sha512;
    throw updateError("UPDATE_DAMAGED", `${path} is not what was signed, it has changed since: get it anew`);
  } finally {
    closeSync(fd);
    if (out !== undefined) closeSync(out);
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

/** `told`: the name that the user knows the file by. */
function controlFields(
  path: string,
  told: string,
): Pick<CheckedPackage, "version" | "architecture" | "installedBytes"> {
  const wanted = ["Package", "Version", "Architecture", "Installed-Size"];
  const text = runTool("dpkg-deb", ["--field", path, ...wanted]);
  const fields = new Map(
    (text ?? "").split("\n").map((line) => {
      const [name = "", ...rest] = line.split(": ");
      return [name, rest.join(": ").trim()] as const;
    }),
  );
  const [version = "", architecture = ""] = [fields.get("Version"), fields.get("Architecture")];
  if (fields.get("Package") !== "stray" || !/^(?:\d+:)?\d[A-Za-z0-9.+~-]{0,60}$/.test(version)) {
    throw updateError("UPDATE_PACKAGE", `${told} is no Debian package of stray`);
  }
  const installedKib = Number(fields.get("Installed-Size") ?? "0");
  return { version, architecture, installedBytes: (Number.isFinite(installedKib) ? installedKib : 0) * 1024 };
}

/** What it printed; undefined when it failed. */
export function runTool(program: string, args: readonly string[]): string | undefined {
  const done = spawnSync(program, args, {
    encoding: "utf8",
    timeout: TOOL_MS,
    maxBuffer: CHUNK_BYTES,
    stdio: ["ignore", "pipe", "ignore"],
  });
  if (done.error !== undefined && systemCode(done.error) === "ENOENT") {
    throw updateError("UPDATE_SYSTEM", `${program} is not there: an update needs Debian's dpkg`);
  }
  return done.status === 0 ? done.stdout : undefined;
}

function unreadable(path: string, error: unknown): Error {
  const why = systemCode(error) === "ENOENT" ? "it is not there" : (systemCode(error) ?? "it can't be read");
  return updateError("UPDATE_UNREADABLE", `${path}: ${why}`, 2);
}
