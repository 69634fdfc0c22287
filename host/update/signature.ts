// The signature beside a package: a few lines that name its size and SHA-512, signed with Ed25519 (RFC 8032).
// Apart from the package: nothing of a package is looked at before its signature holds. A checksum is signed rather than the
// bytes, so that a package is read once, in pieces, whatever its size.
// Always holds: what parseSignature() takes, signatureText() writes, byte for byte; anything else is refused.

import { createHash, createPublicKey, type KeyObject, sign, verify } from "node:crypto";

export const SIGNATURE_SUFFIX = ".sig";
export const SIGNATURE_BYTES_MAX = 1024;
const FIRST_LINE = "stray package signature 1";
const KEY_ID_LENGTH = 16;

export interface PackageSum {
  readonly size: number;
  /** In hexadecimal digits. */
  readonly sha512: string;
}

export interface PackageSignature extends PackageSum {
  /** keyId() of the key that signed. */
  readonly key: string;
  readonly signature: Buffer;
}

/** A key's short name: the beginning of the SHA-256 of its SubjectPublicKeyInfo. */
export function keyId(key: KeyObject): string {
  const spki = (key.type === "private" ? createPublicKey(key) : key).export({ type: "spki", format: "der" });
  return createHash("sha256").update(spki).digest("hex").slice(0, KEY_ID_LENGTH);
}

export function signatureText(sum: PackageSum, privateKey: KeyObject): string {
  const words = signedText(sum, keyId(privateKey));
  return `${words}signature: ${sign(null, Buffer.from(words), privateKey).toString("base64")}\n`;
}

/** Undefined for what is no signature of a package. */
export function parseSignature(text: string): PackageSignature | undefined {
  // 64 bytes leave four bits of the last digit over, which must be 0 (RFC 4648, section 3.5).
  const pattern =
    /^stray package signature 1\nsize: (0|[1-9]\d{0,14})\nsha512: ([0-9a-f]{128})\nkey: ([0-9a-f]{16})\nsignature: ([A-Za-z0-9+/]{85}[AQgw]==)\n$/;
  const [, size, sha512, key, signature] = pattern.exec(text) ?? [];
  if (size === undefined || sha512 === undefined || key === undefined || signature === undefined)
    return undefined;
  return { size: Number(size), sha512, key, signature: Buffer.from(signature, "base64") };
}

export function isSignedBy(found: PackageSignature, publicKey: KeyObject): boolean {
  const words = signedText(found, found.key);
  return keyId(publicKey) === found.key && verify(null, Buffer.from(words), publicKey, found.signature);
}

function signedText({ size, sha512 }: PackageSum, key: string): string {
  return `${FIRST_LINE}\nsize: ${size}\nsha512: ${sha512}\nkey: ${key}\n`;
}
