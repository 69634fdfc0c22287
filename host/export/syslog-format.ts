// Syslog messages of RFC 5424: header, one structured data element, and JSON as the message.
// Apart because the letters of the format are the same over every transport.
// Always holds: ASCII without control characters (RFC 5424, section 6.4: such a message needs no byte order mark);
// no field is empty, "-" stands for what is not there.

import { FACILITIES } from "../config/names.js";
import { StrayError } from "../errors.js";

/** Severity "informational". */
const INFO = 6;
const NIL = "-";

export interface SyslogOrigin {
  readonly facility: string;
  readonly hostname: string;
  readonly processId: number;
  readonly enterprise: number;
}

export class SyslogFormat {
  private readonly facility: number;
  private readonly origin: string;
  private readonly elementId: string;

  /** @throws StrayError SYSLOG_FACILITY_UNKNOWN. */
  constructor({ facility, hostname, processId, enterprise }: SyslogOrigin) {
    const number = FACILITIES.indexOf(facility as (typeof FACILITIES)[number]);
    if (number < 0) {
      throw new StrayError(
        "SYSLOG_FACILITY_UNKNOWN",
        `expected one of ${FACILITIES.join(", ")} as syslog facility, found "${facility}"`,
        2,
      );
    }
    this.facility = number * 8;
    this.origin = ` ${headerText(hostname, 255)} stray ${processId} `;
    this.elementId = `stray@${enterprise}`;
  }

  /** `time` as RFC 5424 writes it, `messageId` of letters, `json` of ASCII or empty; `severity` by section 6.2.1. */
  text(
    time: string,
    messageId: string,
    params: readonly (readonly [string, string])[],
    json: string,
    severity = INFO,
  ): string {
    let element = `[${this.elementId}`;
    for (const [name, value] of params) if (value !== "") element += ` ${name}="${paramText(value)}"`;
    return `<${this.facility + severity}>1 ${time}${this.origin}${messageId} ${element}]${json === "" ? "" : ` ${json}`}`;
  }
}

/** Printable ASCII without spaces (section 6), at most so long. */
function headerText(text: string, lengthMax: number): string {
  const clean = text.replace(/[^\x21-\x7e]/g, "_").slice(0, lengthMax);
  return clean === "" ? NIL : clean;
}

/** Section 6.3.3: `"`, `\` and `]` are escaped. */
function paramText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "_").replace(/["\\\]]/g, "\\$&");
}
