// The public keys whose packages an update takes: PEM files in one folder.
// Apart because the folder may be empty, or have in it what is no key.
// Always holds: a file that is no Ed25519 key is told and passed over; without a key nothing is trusted.

import { createPublicKey, type KeyObject } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { systemCode } from "../errors.js";
import { keyId } from "./signature.js";

export const KEYS_PATH = "/etc/stray/update-keys";
const KEY_BYTES_MAX = 4096;
const KEYS_MAX = 64;

export interface UpdateKeys {
  /** By keyId(). */
  readonly keys: ReadonlyMap<string, KeyObject>;
  /** Names of files that are no keys. */
  readonly passedOver: readonly string[];
}

export function readKeys(folder: string): UpdateKeys {
  const keys = new Map<string, KeyObject>();
  const passedOver: string[] = [];
  for (const name of namesIn(folder)) {
    const key = keyIn(join(folder, name));
    if (key === undefined) passedOver.push(name);
    else keys.set(keyId(key), key);
  }
  return { keys, passedOver };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".pem"))
      .sort()
      .slice(0, KEYS_MAX);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}

function keyIn(path: string): KeyObject | undefined {
  try {
    const text = readFileSync(path, "utf8");
    // A private key has no place there: taking its public half would hide that.
    if (text.length > KEY_BYTES_MAX || !text.includes("BEGIN PUBLIC KEY")) return undefined;
    const key = createPublicKey(text);
    return key.asymmetricKeyType === "ed25519" ? key : undefined;
  } catch {
    return undefined;
  }
}
