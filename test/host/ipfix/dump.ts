// IPFIX as text that a person can check against RFC 7011: a reader of its own, a hundred lines long.
// Apart so that the golden file shares no mistake with the encoder or the decoder.
// Always holds: every octet of the message is in the text, as a number, a name or hexadecimal.

const NAMES: Readonly<Record<number, string>> = {
  1: "octetDeltaCount",
  2: "packetDeltaCount",
  4: "protocolIdentifier",
  5: "ipClassOfService",
  6: "tcpControlBits",
  7: "sourceTransportPort",
  8: "sourceIPv4Address",
  11: "destinationTransportPort",
  12: "destinationIPv4Address",
  52: "minimumTTL",
  53: "maximumTTL",
  56: "sourceMacAddress",
  58: "vlanId",
  86: "packetTotalCount",
  136: "flowEndReason",
  152: "flowStartMilliseconds",
  153: "flowEndMilliseconds",
  184: "tcpSequenceNumber",
  185: "tcpAcknowledgementNumber",
  186: "tcpWindowSize",
  231: "initiatorOctets",
  238: "tcpWindowScale",
  261: "maxFlowEndSeconds",
  265: "minFlowStartSeconds",
  267: "sessionScope",
  303: "informationElementId",
  339: "informationElementDataType",
  340: "informationElementDescription",
  341: "informationElementName",
  344: "informationElementSemantics",
  345: "informationElementUnits",
  346: "privateEnterpriseNumber",
};
const STRINGS = new Set([340, 341]);
const TIMES = new Set([152, 153]);
const SECONDS = new Set([261, 265]);
const ADDRESSES = new Set([8, 12]);
const LIST = 292;

interface Field {
  id: number;
  enterprise: number;
  length: number;
}

export class Dump {
  private readonly lines: string[] = [];
  private readonly templates = new Map<number, Field[]>();
  private readonly own = new Map<number, string>();
  private bytes = Buffer.alloc(0);
  private at = 0;

  /** All messages of the bytes, as lines. */
  text(bytes: Uint8Array): string {
    this.bytes = Buffer.from(bytes);
    while (this.at < bytes.length) this.message();
    return `${this.lines.join("\n")}\n`;
  }

  private u16(): number {
    this.at += 2;
    return this.bytes.readUInt16BE(this.at - 2);
  }

  private u32(): number {
    this.at += 4;
    return this.bytes.readUInt32BE(this.at - 4);
  }

  private say(line: string): void {
    this.lines.push(line);
  }

  private message(): void {
    const start = this.at;
    const [version, length, time] = [this.u16(), this.u16(), this.u32()];
    const [sequence, domain] = [this.u32(), this.u32()];
    const when = new Date(time * 1000).toISOString();
    this.say(
      `message version ${version}, ${length} bytes, exported ${when}, sequence ${sequence}, domain ${domain}`,
    );
    while (this.at < start + length) this.set();
  }

  private set(): void {
    const start = this.at;
    const [id, length] = [this.u16(), this.u16()];
    const end = start + length;
    this.say(`  set ${id}, ${length} bytes`);
    while (this.at < end) {
      if (id === 2 || id === 3) this.template(id === 3);
      else this.record(id, "    ");
    }
  }

  private template(isOptions: boolean): void {
    const [id, count] = [this.u16(), this.u16()];
    const scopes = isOptions ? this.u16() : 0;
    const fields = Array.from({ length: count }, (): Field => {
      const [number, length] = [this.u16(), this.u16()];
      const enterprise = number >= 0x8000 ? this.u32() : 0;
      return { id: number & 0x7fff, enterprise, length };
    });
    this.templates.set(id, fields);
    const specs = fields.map(({ id, enterprise, length }) => {
      const size = length === 65535 ? "v" : String(length);
      return `${enterprise === 0 ? "" : `${enterprise === 29305 ? "reverse" : enterprise}/`}${id}:${size}`;
    });
    this.say(`    template ${id}${scopes > 0 ? `, ${scopes} of scope` : ""}`);
    for (let i = 0; i < specs.length; i += 12) this.say(`      ${specs.slice(i, i + 12).join(" ")}`);
  }

  private record(id: number, indent: string): void {
    this.say(`${indent}record of ${id}`);
    const options: Record<number, string> = {};
    for (const field of this.templates.get(id)!) {
      let { length } = field;
      if (length === 65535) length = this.bytes.readUInt8(this.at++);
      const isPlain = field.enterprise === 0;
      if (isPlain && field.id === LIST) {
        this.list(length, indent);
        continue;
      }
      const value = this.bytes.subarray(this.at, this.at + length);
      this.at += length;
      options[field.id] = isPlain && STRINGS.has(field.id) ? value.toString() : String(number(value));
      this.say(`${indent}  ${this.nameOf(field)} ${this.valueOf(field, value)}`);
    }
    const { 346: enterprise, 303: element, 341: name } = options;
    if (name !== undefined) this.own.set(Number(enterprise) * 65536 + Number(element), name);
  }

  private list(length: number, indent: string): void {
    const end = this.at + length;
    const semantic = this.bytes.readUInt8(this.at++);
    const id = this.u16();
    this.say(`${indent}  list of ${id}, semantic ${semantic}`);
    while (this.at < end) this.record(id, `${indent}    `);
  }

  private nameOf({ id, enterprise }: Field): string {
    if (enterprise === 0) return NAMES[id] ?? `element-${id}`;
    if (enterprise === 29305) return `reverse ${NAMES[id] ?? `element-${id}`}`;
    return this.own.get(enterprise * 65536 + id) ?? `${enterprise}/${id}`;
  }

  private valueOf({ id, enterprise }: Field, value: Buffer): string {
    if (enterprise === 0 && STRINGS.has(id)) return `"${value.toString()}"`;
    if (enterprise === 0 && TIMES.has(id)) return new Date(number(value)).toISOString();
    if (enterprise === 0 && SECONDS.has(id)) return new Date(number(value) * 1000).toISOString();
    if (enterprise === 0 && ADDRESSES.has(id)) return [...value].join(".");
    return value.length === 6 ? value.toString("hex") : String(number(value));
  }
}

function number(value: Buffer): number {
  return value.length === 0 || value.length > 8 ? Number.NaN : Number(BigInt(`0x${value.toString("hex")}`));
}
