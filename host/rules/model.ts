// A rule as it was understood: what the parser makes of text, and what the compiler makes tables of.
// Apart from both so that they can change alone. Numbers are checked: whatever is here can be compiled or is
// refused for its size alone.
// Always holds: strings that came from a rule's text are Latin-1 bytes or plain messages; contents are bytes.

export type RuleAction = "alert" | "log" | "pass" | "drop" | "sdrop" | "reject" | "rejectdst" | "rejectboth";

export type RuleProtocol = "tcp" | "udp" | "icmp" | "ip" | "http";

export type BufferName =
  | "payload"
  | "http_uri"
  | "http_raw_uri"
  | "http_method"
  | "http_header"
  | "http_raw_header"
  | "http_host"
  | "http_raw_host"
  | "http_user_agent"
  | "http_cookie"
  | "http_client_body"
  | "http_stat_code"
  | "http_stat_msg"
  | "file_data";

/** Inclusive, addresses as numbers: 32 bits for IPv4, 128 for IPv6. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** Disjoint and ascending, negations already taken out; "any" is every address of both families. */
export type AddressSet = "any" | readonly AddressRange[];

/** Inclusive pairs, disjoint and ascending. */
export type PortSet = "any" | readonly (readonly [first: number, last: number])[];

/** Inclusive on both ends. */
export interface NumberRange {
  readonly least: number;
  readonly most: number;
  readonly negated?: boolean;
}

/** A number, or the name of a byte_extract variable of the same rule. */
export type Operand = number | { readonly variable: string };

export interface ContentOption {
  readonly kind: "content";
  readonly buffer: BufferName;
  readonly bytes: Uint8Array;
  readonly negated: boolean;
  readonly nocase: boolean;
  /** From the buffer's beginning. */
  readonly offset?: Operand;
  readonly depth?: Operand;
  /** From behind the last match; either makes the content relative. */
  readonly distance?: Operand;
  readonly within?: Operand;
  readonly startsWith: boolean;
  readonly endsWith: boolean;
  /** `fast_pattern`, and `fast_pattern:OFFSET,LENGTH`; `only` as plain. `prefilter` says the same. */
  readonly fastPattern?: { readonly offset: number; readonly length: number } | "whole";
}

export interface RegexOption {
  readonly kind: "pcre";
  readonly buffer: BufferName;
  /** Between the slashes, Latin-1. */
  readonly pattern: string;
  /** Of i s m x A E G only; buffer letters and R are taken out. */
  readonly flags: string;
  readonly negated: boolean;
  readonly relative: boolean;
}

export interface NumberMode {
  readonly little: boolean;
  readonly string: boolean;
  readonly base: 8 | 10 | 16;
}

export type RuleOption =
  | ContentOption
  | RegexOption
  | {
      readonly kind: "isdataat";
      readonly buffer: BufferName;
      readonly at: Operand;
      readonly relative: boolean;
      readonly negated: boolean;
    }
  | {
      readonly kind: "byte_test";
      readonly buffer: BufferName;
      readonly bytes: number;
      readonly operator: "<" | ">" | "=" | "<=" | ">=" | "&" | "^";
      readonly negated: boolean;
      readonly value: Operand;
      readonly offset: Operand;
      readonly relative: boolean;
      readonly mode: NumberMode;
      readonly bitmask: number;
    }
  | {
      readonly kind: "byte_jump";
      readonly buffer: BufferName;
      readonly bytes: number;
      readonly offset: Operand;
      readonly relative: boolean;
      readonly mode: NumberMode;
      readonly multiplier: number;
      readonly postOffset: Operand;
      readonly align: 0 | 2 | 4;
      readonly from: "here" | "beginning" | "end";
      readonly bitmask: number;
    }
  | {
      readonly kind: "byte_extract";
      readonly buffer: BufferName;
      readonly bytes: number;
      readonly offset: Operand;
      readonly relative: boolean;
      readonly mode: NumberMode;
      readonly multiplier: number;
      readonly align: 0 | 2 | 4;
      readonly bitmask: number;
      readonly variable: string;
    }
  | ({
      readonly kind: "dsize" | "ttl" | "ip_proto" | "itype" | "icode" | "fragoffset" | "urilen" | "rawurilen";
    } & NumberRange)
  | ({ readonly kind: "bsize"; readonly buffer: BufferName } & NumberRange)
  | {
      readonly kind: "flags" | "fragbits";
      readonly bits: number;
      readonly mode: "exact" | "all" | "any" | "not";
      readonly ignored: number;
    }
  | {
      readonly kind: "ack" | "seq" | "window" | "id" | "tos" | "icmp_id" | "icmp_seq";
      readonly value: number;
      readonly negated: boolean;
    }
  | { readonly kind: "ipopts"; readonly option: number | "any" }
  | { readonly kind: "sameip" }
  | {
      readonly kind: "flow";
      readonly direction?: "to_server" | "to_client";
      readonly established?: boolean;
      readonly stream?: "only" | "no";
    }
  | {
      readonly kind: "flowbits";
      readonly action: "set" | "unset" | "toggle" | "isset" | "isnotset";
      readonly names: readonly string[];
      /** Of several names: any one will do (`a|b`), or all must (`a&b`). */
      readonly any: boolean;
    }
  | { readonly kind: "finding"; readonly name: string; readonly negated: boolean }
  | { readonly kind: "cause"; readonly name: string; readonly negated: boolean };

export type Track = "by_src" | "by_dst" | "by_both" | "by_rule";

/** threshold, detection_filter, event_filter, suppress. */
export interface RuleLimit {
  readonly type: "detection" | "limit" | "threshold" | "both" | "suppress";
  readonly track: Track;
  readonly count: number;
  readonly seconds: number;
  /** Of a suppression: only for these addresses. */
  readonly addresses?: AddressSet;
}

export interface RuleTag {
  readonly type: "session";
  readonly metric: "packets" | "seconds" | "bytes";
  readonly count: number;
}

/** Where text was read: the path as the operator wrote it, the line from 1 (the first of a continued rule). */
export interface RulePlace {
  readonly file: string;
  readonly line: number;
}

export interface RuleReference {
  readonly system: string;
  readonly id: string;
  /** With the prefix of reference.config, when it has one. */
  readonly url?: string;
}

export interface Rule {
  readonly place: RulePlace;
  readonly action: RuleAction;
  readonly protocol: RuleProtocol;
  readonly source: AddressSet;
  readonly sourcePorts: PortSet;
  readonly destination: AddressSet;
  readonly destinationPorts: PortSet;
  readonly bidirectional: boolean;
  readonly sid: number;
  /** 1 for text rules without one. */
  readonly gid: number;
  readonly rev: number;
  /** Control characters escaped. */
  readonly message: string;
  readonly classtype?: string;
  /** The classtype's words, from classification.config or our own table. */
  readonly classification?: string;
  /** 1 is the gravest; the rule's own, else the classtype's, else 3. */
  readonly priority: number;
  readonly references: readonly RuleReference[];
  readonly metadata: readonly string[];
  /** What must hold, in the order of the text, contents with their modifiers. */
  readonly options: readonly RuleOption[];
  readonly limits: readonly RuleLimit[];
  readonly tag?: RuleTag;
  /** flowbits:noalert. */
  readonly noAlert: boolean;
}

export type ProblemLevel = "error" | "warning";

/** One rule, or one line of a file, that is not in force as it was written (error), or is but looks wrong (warning). */
export interface RuleProblem {
  readonly level: ProblemLevel;
  readonly place: RulePlace;
  readonly sid?: number;
  readonly message?: string;
  /** What was expected, what was found, what to do. */
  readonly reason: string;
}

export interface RuleSet {
  readonly rules: readonly Rule[];
  readonly problems: readonly RuleProblem[];
  readonly files: readonly string[];
}

/** Thrown by the compiler for one rule that can't be honoured: the rule is refused, the rest still load. */
export class RuleRefusal extends Error {}
