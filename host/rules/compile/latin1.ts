// Bytes as text of the same length, to be compared, hashed or shown; and bytes without case.
// Apart because pools, patterns and listings all need it.

/** One character a byte. */
export function latin1Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** A to Z in lower case, the rest as it is. */
export function lowerByte(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

export function lowerBytes(bytes: Uint8Array): Uint8Array {
  return bytes.map(lowerByte);
}

/** As in a rule's text: what can't be printed, and what has a meaning there, as hex between bars. */
export function contentText(bytes: Uint8Array): string {
  let text = "";
  let hex: string[] = [];
  const flush = () => {
    if (hex.length > 0) text += `|${hex.join(" ")}|`;
    hex = [];
  };
  for (const byte of bytes) {
    const plain = byte >= 0x20 && byte < 0x7f && !'"|;\\'.includes(String.fromCharCode(byte));
    if (plain) {
      flush();
      text += String.fromCharCode(byte);
    } else {
      hex.push(byte.toString(16).padStart(2, "0"));
    }
  }
  flush();
  return text;
}
