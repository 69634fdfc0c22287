// The bytes of a configuration: from a file, bounded, and as text.
// Apart from the loader because what can go wrong here is the file's doing, not its content's.
// Always holds: at most TEXT_BYTES_MAX bytes are taken, even of a file without an end.

import { constants, type FileHandle, open } from "node:fs/promises";
import { messageOf, printable, StrayError, systemCode } from "../errors.js";
import { ConfigError } from "./problem.js";
import { formatSize, KIB } from "./units.js";

/** Of the whole file; the default file is a sixth of it. */
export const TEXT_BYTES_MAX = 64 * KIB;

/** Text of a configuration. @throws ConfigError for what is not text. */
export function textOf(content: string | Uint8Array, source: string): string {
  const fail = (expected: string, found: string): ConfigError =>
    new ConfigError([{ source, place: undefined, key: "", expected, found, hint: undefined }]);
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  if (bytes.length > TEXT_BYTES_MAX) throw fail(`at most ${formatSize(TEXT_BYTES_MAX)}`, "a longer file");
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (text.includes("\0")) throw fail("YAML text", "a NUL byte");
    return text;
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw fail("text in UTF-8", "bytes that are not");
  }
}

/** At most TEXT_BYTES_MAX + 1 bytes of the file, so that even an endless one is refused soon. */
export async function readConfigFile(path: string): Promise<Uint8Array> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOCTTY);
    const bytes = Buffer.alloc(TEXT_BYTES_MAX + 1);
    let length = 0;
    for (let read = 1; read > 0 && length < bytes.length; length += read) {
      ({ bytesRead: read } = await file.read(bytes, length, bytes.length - length, null));
    }
    return bytes.subarray(0, length);
  } catch (cause) {
    throw unreadable(path, cause);
  } finally {
    await file?.close();
  }
}

function unreadable(path: string, cause: unknown): StrayError {
  const code = systemCode(cause);
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file: "stray config default" prints one to begin with',
    EACCES: "no permission to read it: become a user who may, or change its mode",
    EISDIR: "expected a file, found a folder",
    ENOTDIR: "expected a folder before the last /, found a file",
  };
  const text = messageOf(cause);
  const reason = (code && reasons[code]) ?? `it can't be read: ${text}`;
  return new StrayError("CONFIG_UNREADABLE", printable(`${path}: ${reason}`), 2, { cause });
}
