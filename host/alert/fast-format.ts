// alert_fast: an alert as one line.
// Apart because it is told from the alert alone, without its frame.
// Always holds: one line of ASCII; no control character leaves, whatever a rule's text holds.

import * as L from "../../assembly/layout.js";
import { type TimeFormatter, timeFormatter } from "../print/time-format.js";
import type { Alert } from "./alert.js";
import { addressOf } from "./packet-lines.js";
import { snortProtocol } from "./protocol-words.js";
import { asciiText } from "./text.js";

/** Snort's time, with the year where it is wanted: `10/17-11:37:07.512622`, `10/17/01-11:37:07.512622`. */
export const shortTime = (hasYear: boolean): string => (hasYear ? "%m/%d/%y-%T.%f" : "%m/%d-%T.%f");

/** Snort's pattern in UTC, for what must not depend on where it is read. */
export function utcTime(hasYear = false): TimeFormatter {
  return (us) => {
    const second = Math.floor(us / 1_000_000);
    const iso = new Date(second * 1000).toISOString();
    const day = `${iso.slice(5, 7)}/${iso.slice(8, 10)}${hasYear ? `/${iso.slice(2, 4)}` : ""}`;
    return `${day}-${iso.slice(11, 19)}.${String(us - second * 1_000_000).padStart(6, "0")}`;
  };
}

export interface FastOptions {
  /** Local time unless given. */
  readonly time?: TimeFormatter;
  readonly hasYear?: boolean;
  readonly isInline?: boolean;
}

export class FastFormat {
  private readonly time: TimeFormatter;
  private readonly isInline: boolean;

  constructor({ time, hasYear = false, isInline = false }: FastOptions = {}) {
    this.time = time ?? timeFormatter(shortTime(hasYear));
    this.isInline = isInline;
  }

  /** The line with its newline. */
  text(alert: Alert): string {
    const message = alert.rule === undefined ? "" : ` ${asciiText(alert.rule.message)}`;
    const classification = asciiText(alert.classification);
    const kind = classification === "" ? "" : ` [Classification: ${classification}]`;
    return (
      `${this.time(alert.timeUs)}  ${dropTag(alert, this.isInline)}[**] [${alert.id}]${message} [**]` +
      `${kind} [Priority: ${alert.priority}] {${snortProtocol(alert.proto)}} ${endsText(alert)}\n`
    );
  }
}

/** What became of the packet of a rule that drops: `[Drop] `, or `[wDrop] ` where nothing can be dropped. */
export function dropTag({ isDrop }: Alert, isInline: boolean): string {
  if (!isDrop) return "";
  return isInline ? "[Drop] " : "[wDrop] ";
}

function endsText(alert: Alert): string {
  const { bytes, hasPorts, sport, dport } = alert;
  const version = alert.family === L.KIND_IPV6 ? 6 : 4;
  const address = (at: number) => addressOf(bytes, version === 4 ? at + 12 : at, version);
  const source = `${address(alert.sourceAt)}${hasPorts ? `:${sport}` : ""}`;
  return `${source} -> ${address(alert.destinationAt)}${hasPorts ? `:${dport}` : ""}`;
}
