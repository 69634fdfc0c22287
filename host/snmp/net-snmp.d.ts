// What stray uses of the package net-snmp, which brings no types.
// Apart because it is a promise about code that is not ours: each line was read in its source, version 3.29.2.
// Always holds: what is not used is not named.

declare module "net-snmp" {
  export const Version2c: number;
  export const Version3: number;
  export const SecurityLevel: { readonly authPriv: number };
  export const AuthProtocols: Readonly<Record<"sha" | "sha224" | "sha256" | "sha384" | "sha512", number>>;
  export const PrivProtocols: Readonly<Record<"aes" | "aes256b" | "aes256r", number>>;

  export interface AuthAlgorithm {
    readonly KEY_LENGTH: number;
    readonly AUTHENTICATION_CODE_LENGTH: number;
    readonly CRYPTO_ALGORITHM: string;
  }
  export const Authentication: {
    readonly algorithms: Readonly<Record<number, AuthAlgorithm>>;
    /** Keys by protocol, password and engine, kept for ever unless it is replaced. */
    authToKeyCache: Record<string, Buffer>;
    passwordToKey(protocol: number, password: string, engineId: Buffer): Buffer;
  };

  export interface PrivAlgorithm {
    readonly KEY_LENGTH: number;
    readonly CRYPTO_ALGORITHM: string;
    localizationAlgorithm(
      algorithm: PrivAlgorithm,
      authProtocol: number,
      password: string,
      engineId: Buffer,
    ): Buffer;
  }
  export const Encryption: { readonly algorithms: Readonly<Record<number, PrivAlgorithm>> };

  export interface Varbind {
    readonly oid: string;
    readonly type: number;
    readonly value: number | string | Buffer;
  }
  export interface User {
    readonly name: string;
    readonly level: number;
    readonly authProtocol: number;
    readonly authKey: string;
    readonly privProtocol: number;
    readonly privKey: string;
  }
  export interface SessionOptions {
    readonly version: number;
    readonly transport: "udp4" | "udp6";
    readonly trapPort: number;
    readonly retries: number;
    readonly timeout: number;
    readonly backoff?: number;
    readonly engineID?: Buffer;
    readonly dgramModule?: object;
  }
  export interface SendOptions {
    /** Hundredths of a second. */
    readonly upTime: number;
  }
  type Answered = (error: Error | null) => void;
  export interface OutgoingRequest {
    readonly message: {
      msgSecurityParameters?: {
        msgAuthoritativeEngineBoots: number;
        msgAuthoritativeEngineTime: number;
      };
    };
  }
  export interface Session {
    trap(oid: string, varbinds: readonly Varbind[], options: SendOptions, answered: Answered): void;
    inform(oid: string, varbinds: readonly Varbind[], options: SendOptions, answered: Answered): void;
    close(): void;
    /** Not documented: writes the message to the socket; `noWait` for traps. */
    send(request: OutgoingRequest, noWait?: boolean): unknown;
    on(event: "error", listener: (error: unknown) => void): void;
  }
  export function createSession(target: string, community: string, options: SessionOptions): Session;
  export function createV3Session(target: string, user: User, options: SessionOptions): Session;
}
