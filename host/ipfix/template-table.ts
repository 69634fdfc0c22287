// The templates and element names of one IPFIX stream, as they came in.
// Apart from the decoder because it is the part that remembers.
// Always holds: what it remembers has a bound; a template is as it was last told (RFC 7011, section 8.1).

import { compilePlan, type DecodePlan, type FieldSpecifier } from "./decode-plan.js";
import type { Element } from "./element.js";
import { OWN_ELEMENTS } from "./own-elements.js";
import { VARIABLE_LENGTH } from "./wire.js";

export const TEMPLATES_MAX = 4096;
/** Fields of all templates together. */
export const FIELDS_MAX = 131072;
const NAMES_MAX = 1024;

const OWN_BY_NAME: ReadonlyMap<string, Element> = new Map(
  OWN_ELEMENTS.map((element) => [element.name, element]),
);

export class KnownTemplate {
  /** Bytes of a record at least; all there are when it does not vary. */
  readonly size: number;
  readonly varies: boolean;
  private plan: DecodePlan | undefined;
  private namesVersion = -1;

  constructor(
    readonly fields: readonly FieldSpecifier[],
    readonly isOptions: boolean,
  ) {
    this.size = fields.reduce((sum, { length }) => sum + (length === VARIABLE_LENGTH ? 1 : length), 0);
    this.varies = fields.some(({ length }) => length === VARIABLE_LENGTH);
  }

  /** Made anew when a name became known since: fields may mean something now. */
  planFor(names: ElementNames): DecodePlan {
    if (this.plan === undefined || this.namesVersion !== names.version) {
      this.plan = compilePlan(this.fields, (enterprise, id) => names.find(enterprise, id));
      this.namesVersion = names.version;
    }
    return this.plan;
  }
}

/** Which enterprise's numbers stand for stray's own elements, as type information (RFC 5610) told. */
export class ElementNames {
  /** Counts what was learnt. */
  version = 0;
  private readonly elements = new Map<number, Element>();

  find(enterprise: number, id: number): Element | undefined {
    return this.elements.get(keyOf(enterprise, id));
  }

  learn(enterprise: number, id: number, name: string): void {
    const element = OWN_BY_NAME.get(name);
    const key = keyOf(enterprise, id);
    if (element === undefined || this.elements.get(key) === element) return;
    if (this.elements.size >= NAMES_MAX && !this.elements.has(key)) return;
    this.elements.set(key, element);
    this.version++;
  }
}

function keyOf(enterprise: number, id: number): number {
  return enterprise * 65536 + (id & 0x7fff);
}

export class TemplateTable {
  readonly names = new ElementNames();
  private readonly templates = new Map<number, KnownTemplate>();
  private fields = 0;

  find(domain: number, id: number): KnownTemplate | undefined {
    return this.templates.get(domain * 65536 + id);
  }

  /** False: it can't be kept, because its records would have no bytes, or there are too many. */
  set(domain: number, id: number, template: KnownTemplate): boolean {
    this.withdraw(domain, id);
    const fields = this.fields + template.fields.length;
    if (template.size === 0 || this.templates.size >= TEMPLATES_MAX || fields > FIELDS_MAX) return false;
    this.templates.set(domain * 65536 + id, template);
    this.fields = fields;
    return true;
  }

  withdraw(domain: number, id: number): void {
    const known = this.find(domain, id);
    if (known === undefined) return;
    this.fields -= known.fields.length;
    this.templates.delete(domain * 65536 + id);
  }
}
