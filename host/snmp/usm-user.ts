// A user of the User-based Security Model with its keys for one engine (RFC 3414, RFC 7860, RFC 3826).
// Apart because making the keys is the expensive part (a mebibyte of hashing each): it is done once, at the start, for our
// engine only, never because a message asks for it.
// Always holds: passwords are not kept; a digest is compared in constant time.

import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { Authentication, AuthProtocols, Encryption, PrivProtocols } from "net-snmp";

export interface UserOptions {
  readonly name: string;
  readonly auth: "sha" | "sha224" | "sha256" | "sha384" | "sha512";
  readonly authPassword: string;
  readonly privacy: "aes" | "aes256b" | "aes256r";
  readonly privacyPassword: string;
}

const SALT_BYTES = 8;
/** Keys in net-snmp's own table, which it never shortens. */
const LIBRARY_KEYS_MAX = 64;

export class UsmUser {
  readonly name: string;
  /** Bytes of a digest in a message. */
  readonly digestBytes: number;
  private readonly hash: string;
  private readonly authKey: Buffer;
  private readonly cipher: string;
  private readonly privacyKey: Buffer;

  constructor(options: UserOptions, engineId: Buffer) {
    const authProtocol = AuthProtocols[options.auth];
    const auth = Authentication.algorithms[authProtocol]!;
    const privacy = Encryption.algorithms[PrivProtocols[options.privacy]]!;
    this.name = options.name;
    this.digestBytes = auth.AUTHENTICATION_CODE_LENGTH;
    this.hash = auth.CRYPTO_ALGORITHM;
    this.cipher = privacy.CRYPTO_ALGORITHM;
    this.authKey = Buffer.from(Authentication.passwordToKey(authProtocol, options.authPassword, engineId));
    this.privacyKey = Buffer.from(
      privacy.localizationAlgorithm(privacy, authProtocol, options.privacyPassword, engineId),
    );
    boundLibraryKeys();
  }

  /** `digest` lies in `message`; it is zero while the other one is made (RFC 3414, section 6.3.2). */
  isAuthentic(message: Buffer, digest: Buffer): boolean {
    if (digest.length !== this.digestBytes) return false;
    const said = Buffer.from(digest);
    digest.fill(0);
    const found = this.digest(message);
    said.copy(digest);
    return timingSafeEqual(found, said);
  }

  /** Of a message whose place for the digest is zero. */
  digest(message: Buffer): Buffer {
    return createHmac(this.hash, this.authKey).update(message).digest().subarray(0, this.digestBytes);
  }

  encrypt(plain: Buffer, boots: number, time: number): { readonly salt: Buffer; readonly bytes: Buffer } {
    const salt = randomBytes(SALT_BYTES);
    const cipher = createCipheriv(this.cipher, this.privacyKey, initial(boots, time, salt));
    return { salt, bytes: Buffer.concat([cipher.update(plain), cipher.final()]) };
  }

  /** Undefined: the salt is not one. What comes out is whatever the bytes make. */
  decrypt(bytes: Buffer, salt: Buffer, boots: number, time: number): Buffer | undefined {
    if (salt.length !== SALT_BYTES) return undefined;
    const decipher = createDecipheriv(this.cipher, this.privacyKey, initial(boots, time, salt));
    return Buffer.concat([decipher.update(bytes), decipher.final()]);
  }
}

/** net-snmp keeps the keys of every engine that an answer named, with the password in the name: not without end. */
export function boundLibraryKeys(): void {
  if (Object.keys(Authentication.authToKeyCache).length > LIBRARY_KEYS_MAX)
    Authentication.authToKeyCache = {};
}

/** RFC 3826, section 3.1.2.1. */
function initial(boots: number, time: number, salt: Buffer): Buffer {
  const vector = Buffer.alloc(16);
  vector.writeUInt32BE(boots, 0);
  vector.writeUInt32BE(time, 4);
  salt.copy(vector, 8);
  return vector;
}
