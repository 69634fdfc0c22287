// IPFIX messages in, flow records out (RFC 7011). Any bytes at all may arrive.
// Apart from files and sockets: it is given one whole message at a time.
// Always holds: no byte outside the message is read; a message that is damaged gives the records before the damage;
// what has no known template, or is no flow, is counted and passed over; memory has a bound.

import type { FlowRecord } from "../record/flow-record.js";
import { type FieldSpecifier, PlanRunner } from "./decode-plan.js";
import { readOption } from "./read-option.js";
import { RecordImage } from "./record-image.js";
import { KnownTemplate, TemplateTable } from "./template-table.js";
import {
  DATA_SET_MIN,
  DOMAIN_OFFSET,
  ENTERPRISE_BIT,
  EXPORT_TIME_OFFSET,
  IPFIX_VERSION,
  LENGTH_OFFSET,
  MESSAGE_HEADER_SIZE,
  OPTIONS_TEMPLATE_SET,
  SET_HEADER_SIZE,
  TEMPLATE_SET,
} from "./wire.js";

/** What is wrong, and where: `offset` from the message's first byte. */
export interface IpfixDamage {
  readonly offset: number;
  readonly reason: string;
}

export interface DecoderCounts {
  messages: number;
  /** Flow records given out. */
  records: number;
  /** Records of options: type information and the like. */
  options: number;
  templates: number;
  /** Templates that were not kept: records without a byte, or too many. */
  templatesRefused: number;
  /** Data sets whose template is not known. */
  setsUnknown: number;
  /** Data records that have no address: not of flows. */
  recordsOther: number;
}

/** The record is valid during the call. False: no more records are wanted of this message. */
export type OnRecord = (record: FlowRecord) => boolean;

/** The length that a message's header claims, or why it is none; at least MESSAGE_HEADER_SIZE bytes must be there. */
export function messageLength(view: DataView, at: number): number | string {
  const version = view.getUint16(at);
  if (version !== IPFIX_VERSION)
    return `a message of version ${IPFIX_VERSION} was expected, found ${version}`;
  const length = view.getUint16(at + LENGTH_OFFSET);
  if (length < MESSAGE_HEADER_SIZE)
    return `a message claims a length of ${length} bytes, which is less than its header`;
  return length;
}

/** Seconds since 1970. */
export function exportTime(view: DataView, at: number): number {
  return view.getUint32(at + EXPORT_TIME_OFFSET);
}

export class IpfixDecoder {
  readonly counts: DecoderCounts = {
    messages: 0,
    records: 0,
    options: 0,
    templates: 0,
    templatesRefused: 0,
    setsUnknown: 0,
    recordsOther: 0,
  };
  private readonly templates = new TemplateTable();
  private readonly image = new RecordImage();
  private readonly runner = new PlanRunner(this.image);
  private bytes: Uint8Array = new Uint8Array(0);
  private view: DataView = new DataView(this.bytes.buffer);
  private start = 0;
  private domain = 0;
  private exportMs = 0;
  private bootMs = 0;
  private isWanted = true;

  constructor(private readonly onRecord: OnRecord) {}

  /**
   * Decodes the message of `length` bytes at `start`, whose header messageLength() has passed. `wantsFlows`: false
   * for templates and options only.
   */
  decode(bytes: Uint8Array, start: number, length: number, wantsFlows = true): IpfixDamage | undefined {
    if (bytes !== this.bytes) {
      this.bytes = bytes;
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    this.counts.messages++;
    this.start = start;
    this.domain = this.view.getUint32(start + DOMAIN_OFFSET);
    this.exportMs = exportTime(this.view, start) * 1000;
    this.isWanted = wantsFlows;
    this.runner.use(bytes, this.view, (id) => this.listTemplate(id));
    const end = start + length;
    let at = start + MESSAGE_HEADER_SIZE;
    while (at < end) {
      if (at + SET_HEADER_SIZE > end) return this.damage(at, `${end - at} bytes are left, too few for a set`);
      const size = this.view.getUint16(at + LENGTH_OFFSET);
      if (size < SET_HEADER_SIZE || at + size > end) {
        return this.damage(at, `a set claims a length of ${size} bytes, ${end - at} are left of its message`);
      }
      const damage = this.set(this.view.getUint16(at), at + SET_HEADER_SIZE, at + size);
      if (damage) return damage;
      at += size;
    }
    return undefined;
  }

  private damage(at: number, reason: string): IpfixDamage {
    return { offset: at - this.start, reason };
  }

  private set(id: number, at: number, end: number): IpfixDamage | undefined {
    if (id === TEMPLATE_SET || id === OPTIONS_TEMPLATE_SET) return this.templateSet(id, at, end);
    if (id < DATA_SET_MIN) return this.damage(at - SET_HEADER_SIZE, `set number ${id} is reserved`);
    const template = this.templates.find(this.domain, id);
    if (template === undefined) this.counts.setsUnknown++;
    else if (template.isOptions) return this.optionsSet(template, at, end);
    else if (this.isWanted) return this.dataSet(template, at, end);
    return undefined;
  }

  private templateSet(set: number, start: number, end: number): IpfixDamage | undefined {
    const { view } = this;
    const isOptions = set === OPTIONS_TEMPLATE_SET;
    let at = start;
    // What is shorter than a record's header is padding.
    while (at + 4 <= end) {
      const id = view.getUint16(at);
      const count = view.getUint16(at + 2);
      if (id === set && count === 0) at = end;
      else if (id < DATA_SET_MIN)
        return this.damage(at, `a template has number ${id}, less than ${DATA_SET_MIN}`);
      else if (count === 0) {
        this.templates.withdraw(this.domain, id);
        at += 4;
      } else {
        const next = this.template(id, count, isOptions, at + (isOptions ? 6 : 4), end);
        if (next < 0)
          return this.damage(at, `template ${id} claims ${count} fields, more than its set holds`);
        at = next;
      }
    }
    return undefined;
  }

  /** Where it ends, or -1 when the set is too short for it. */
  private template(id: number, count: number, isOptions: boolean, start: number, end: number): number {
    const { view } = this;
    // A field takes four bytes at least: a count that can't be is seen before anything is made of it.
    if (start + count * 4 > end) return -1;
    const fields: FieldSpecifier[] = [];
    let at = start;
    for (let index = 0; index < count; index++) {
      if (at + 4 > end) return -1;
      const number = view.getUint16(at);
      const isEnterprise = (number & ENTERPRISE_BIT) !== 0;
      if (isEnterprise && at + 8 > end) return -1;
      fields.push({
        enterprise: isEnterprise ? view.getUint32(at + 4) : 0,
        id: number & ~ENTERPRISE_BIT,
        length: view.getUint16(at + 2),
      });
      at += isEnterprise ? 8 : 4;
    }
    this.counts.templates++;
    const isKept = this.templates.set(this.domain, id, new KnownTemplate(fields, isOptions));
    if (!isKept) this.counts.templatesRefused++;
    return at;
  }

  private dataSet(template: KnownTemplate, start: number, end: number): IpfixDamage | undefined {
    const plan = template.planFor(this.templates.names);
    let at = start;
    // What is shorter than a record is padding.
    while (at + template.size <= end) {
      this.image.begin(this.exportMs, this.bootMs);
      const next = this.runner.run(plan, at, end);
      if (next < 0) return this.damage(at, "a record goes beyond its set");
      const record = this.image.finish(this.counts.records + 1);
      if (record === undefined) this.counts.recordsOther++;
      else {
        this.counts.records++;
        if (!this.onRecord(record)) {
          this.isWanted = false;
          return undefined;
        }
      }
      at = next;
    }
    return undefined;
  }

  private optionsSet(template: KnownTemplate, start: number, end: number): IpfixDamage | undefined {
    let at = start;
    while (at + template.size <= end) {
      const option = readOption(template.fields, this.bytes, this.view, at, end);
      if (option === undefined) return this.damage(at, "a record of options goes beyond its set");
      this.counts.options++;
      if (option.bootMs !== undefined) this.bootMs = option.bootMs;
      if (option.name !== undefined)
        this.templates.names.learn(option.enterprise, option.element, option.name);
      at = option.end;
    }
    return undefined;
  }

  private listTemplate(id: number) {
    const template = this.templates.find(this.domain, id);
    if (template === undefined || template.varies || template.isOptions) return undefined;
    return { plan: template.planFor(this.templates.names), size: template.size };
  }
}
