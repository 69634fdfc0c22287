// Words of protocols as Snort writes them in its text alerts.
// Apart because the short and the long form share them.
// Always holds: a protocol without a name is told by its number.

import { ipProtoText } from "../export/eve-names.js";

/** `TCP`, `IPV6-ICMP`, `PROTO:253`. */
export function snortProtocol(proto: number): string {
  const name = ipProtoText(proto);
  return /^\d/.test(name) ? `PROTO:${name}` : name.toUpperCase();
}
