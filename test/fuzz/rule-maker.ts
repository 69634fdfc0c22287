// Rules for the fuzzer: nearly all valid, some absurd, of every option; and rule text spoilt character by character.
// Apart from nasty-rules.ts, which are always the same. Always holds: a pure function of the generator's state.

import { OPTIONS } from "../../host/rules/parse/options/table.js";
import { PatternMaker } from "../host/rules/regex/random-pattern.js";
import type { Random } from "../support/random.js";
import { WORDS } from "./words.js";

const GRAMMAR = {
  perl: true,
  groupQuantifiers: ["*", "+", "?", "{2}", "{0,3}"],
  solid: false,
  cautious: false,
};
const ACTIONS = [
  "alert",
  "alert",
  "alert",
  "alert",
  "alert",
  "log",
  "pass",
  "drop",
  "sdrop",
  "reject",
  "rejectboth",
];
const PROTOCOLS = ["tcp", "tcp", "tcp", "http", "udp", "icmp", "ip", "tcp-pkt", "tcp-stream"];
const ADDRESSES = [
  "any",
  "any",
  "any",
  "10.0.0.0/8",
  "!10.0.0.1",
  "[10.0.0.1,10.1.0.0/16,!10.1.0.3]",
  "2001:db8::/32",
  "[2001:db8::1,192.168.0.0/16]",
  "!2001:db8::/33",
  "$HOME_NET",
  "0.0.0.0/1",
];
const PORTS = [
  "any",
  "any",
  "any",
  "80",
  "!80",
  "[25,80,8080:]",
  ":1024",
  "[40000:40003,!40001]",
  "$HTTP_PORTS",
  "53",
];
const REQUEST_BUFFERS = [
  "http.uri",
  "http.uri.raw",
  "http.method",
  "http.header",
  "http.header.raw",
  "http.host",
  "http.host.raw",
  "http.user_agent",
  "http.cookie",
  "http.request_body",
];
const RESPONSE_BUFFERS = ["http.header", "http.cookie", "http.stat_code", "http.stat_msg", "file_data"];

function number(random: Random): number {
  const size = random.pick([2, 10, 10, 60, 300, 65_536]);
  return random.chance(0.02) ? random.pick([0x7fffffff, 0xffffffff, 2 ** 33]) : random.below(size);
}

function signed(random: Random): number {
  return random.chance(0.2) ? -number(random) : number(random);
}

/** N, <N, N-M and so on. */
function range(random: Random): string {
  const n = number(random);
  return random.pick([`${n}`, `<${n + 1}`, `>${n}`, `!${n}`, `<=${n}`, `${n}-${n + 5}`, `${n}<>${n + 9}`]);
}

export function contentText(word: string): string {
  return Array.from(word, (letter) => {
    const code = letter.charCodeAt(0);
    const isPlain = code > 31 && code < 127 && !'";\\|:'.includes(letter);
    return isPlain ? letter : `|${code.toString(16).padStart(2, "0")}|`;
  }).join("");
}

class RuleMaker {
  private names = 0;

  constructor(private readonly random: Random) {}

  rule(sid: number): string {
    const { random } = this;
    this.names = 0;
    const protocol = random.pick(PROTOCOLS);
    const port = (): string => (/^(icmp|ip)$/.test(protocol) ? "any" : random.pick(PORTS));
    const way = random.chance(0.1) ? "<>" : "->";
    const ends = [random.pick(ADDRESSES), port(), way, random.pick(ADDRESSES), port()].join(" ");
    const parts = [`msg:"rule ${sid}"`, ...this.head(protocol), ...this.body(protocol), ...this.tail()];
    const options = [...parts, `sid:${sid}`, `rev:${random.below(3)}`].join("; ");
    return `${random.pick(ACTIONS)} ${protocol} ${ends} (${options};)`;
  }

  /** What is asked of the packet's headers and its flow. */
  private head(protocol: string): string[] {
    const { random } = this;
    const out: string[] = [];
    const maybe = (chance: number, text: () => string): void => {
      if (random.chance(chance)) out.push(text());
    };
    maybe(0.03, () => `ttl:${range(random)}`);
    maybe(0.03, () => `id:${number(random)}`);
    maybe(0.03, () => `ip_proto:${random.pick(["6", "!6", "<50", ">16"])}`);
    maybe(0.02, () => `fragbits:${random.pick(["M", "D", "!M", "+D", "*MD"])}`);
    maybe(0.02, () => `fragoffset:${range(random)}`);
    maybe(0.02, () => `dsize:${range(random)}`);
    maybe(0.02, () => "sameip");
    maybe(0.02, () => `tos:${number(random)}`);
    maybe(0.02, () => `ipopts:${random.pick(["any", "rr", "lsrr"])}`);
    maybe(
      0.05,
      () => `finding:${random.pick(["midstream-data", "http-traversal", "overlap-conflict", "null-scan"])}`,
    );
    maybe(0.02, () => `cause:${random.pick(["scan", "leaky-filter", "injected"])}`);
    if (protocol === "icmp") {
      maybe(0.4, () => `itype:${random.pick(["8", "<9", ">2", "0"])}`);
      maybe(0.2, () => `icode:${range(random)}`);
      maybe(0.2, () => `icmp_id:${number(random)}`);
      maybe(0.2, () => `icmp_seq:${number(random)}`);
    } else if (/^(tcp|http)/.test(protocol)) {
      maybe(
        0.3,
        () =>
          `flow:${random.pick(["to_server", "to_client", "established", "not_established", "stateless"])}`,
      );
      maybe(0.1, () => `flags:${random.pick(["S", "A+", "*SF", "!R", "PA", "0", "S,12"])}`);
      maybe(0.03, () => `${random.pick(["ack", "seq", "window"])}:${number(random)}`);
    }
    return out;
  }

  /** What is looked for, in the payload or in buffers of HTTP. */
  private body(protocol: string): string[] {
    const { random } = this;
    const out: string[] = [];
    const isTcp = /^(tcp|http)/.test(protocol);
    let isPayload = true;
    const buffers = random.chance(0.7) ? REQUEST_BUFFERS : RESPONSE_BUFFERS;
    for (let left = random.below(5); left > 0; left--) {
      if (isTcp && random.chance(protocol === "http" ? 0.5 : 0.15)) {
        isPayload = false;
        out.push(random.pick(buffers));
      } else if (!isPayload && random.chance(0.1)) {
        isPayload = true;
        out.push("pkt_data");
      }
      out.push(this.test(out.length > 0));
    }
    if (isTcp && random.chance(0.1)) out.push(`urilen:${range(random)}${random.pick(["", ",norm", ",raw"])}`);
    return out;
  }

  private test(isLater: boolean): string {
    const { random } = this;
    const kind = random.below(20);
    if (kind < 12) return this.content(isLater);
    if (kind < 15) return this.regex();
    const relative = isLater && random.chance(0.5) ? ",relative" : "";
    if (kind === 15) return `isdataat:${random.pick(["", "!"])}${number(random)}${relative}`;
    if (kind === 16) return `bsize:${range(random)}`;
    const isText = random.chance(0.3);
    const size = isText ? random.between(1, 10) : random.pick([1, 2, 4]);
    const end = isText
      ? `,string,${random.pick(["dec", "hex", "oct"])}`
      : random.pick(["", ",little", ",big"]);
    const mask = !isText && random.chance(0.1) ? ",bitmask 0x3" : "";
    if (kind === 17) {
      const operator = random.pick(["<", ">", "=", "<=", ">=", "&", "^", "!=", "!&"]);
      return `byte_test:${size},${operator},${number(random)},${this.place()}${relative}${end}${mask}`;
    }
    if (kind === 18) {
      const from = random.pick(["", "", ",from_beginning", ",from_end"]);
      const more = random.chance(0.3) ? random.pick([",align 4", ",align 2", ",multiplier 3"]) : "";
      const post = random.chance(0.3) ? `,post_offset ${signed(random)}` : "";
      return `byte_jump:${size},${this.place()}${relative}${end}${from}${more}${post}${mask}`;
    }
    this.names++;
    return `byte_extract:${size},${number(random)},v${this.names}${relative}${end}`;
  }

  /** A number, or a name that was given before. */
  private place(): string {
    const { random, names } = this;
    return names > 0 && random.chance(0.4) ? `v${random.between(1, names)}` : String(signed(random));
  }

  private content(isLater: boolean): string {
    const { random } = this;
    const word = random.pick(WORDS) + (random.chance(0.3) ? random.pick(WORDS) : "");
    const out = [`content:${random.chance(0.12) ? "!" : ""}"${contentText(word)}"`];
    if (random.chance(0.4)) out.push("nocase");
    const positive = (): string => {
      const place = this.place();
      return place.startsWith("-") ? "1" : place;
    };
    if (isLater && random.chance(0.5)) {
      if (random.chance(0.8)) out.push(`distance:${this.place()}`);
      if (random.chance(0.5)) out.push(`within:${word.length + random.below(random.pick([3, 40]))}`);
    } else {
      if (random.chance(0.15)) out.push(`offset:${positive()}`);
      if (random.chance(0.15)) out.push(`depth:${word.length + number(random)}`);
    }
    if (random.chance(0.03)) out.push(random.pick(["startswith", "endswith"]));
    if (random.chance(0.05)) out.push("fast_pattern");
    return out.join("; ");
  }

  private regex(): string {
    const { random } = this;
    const pattern = random.chance(0.7)
      ? new PatternMaker(random, GRAMMAR).pattern()
      : random.pick([
          "(a+)+$",
          "(?:a|aa)+b",
          ".*x.*y.*z",
          "(\\d+|[a-f]+)*[^0-9]$",
          "^\\s*\\S+",
          "(.)\\1+",
          "\\x00{3,}",
        ]);
    const flags = random.pick(["", "i", "s", "m", "R", "Ri", "sR", "smi"]);
    return `pcre:${random.chance(0.1) ? "!" : ""}"/${pattern.replaceAll(/[/";]/g, "\\$&")}/${flags}"`;
  }

  /** What happens with a match. */
  private tail(): string[] {
    const { random } = this;
    const out: string[] = [];
    const track = random.pick(["by_src", "by_dst"]);
    const counts = `count ${random.between(1, 5)},seconds ${random.between(1, 60)}`;
    if (random.chance(0.08))
      out.push(`threshold:type ${random.pick(["limit", "threshold", "both"])},track ${track},${counts}`);
    if (random.chance(0.04)) out.push(`detection_filter:track ${track},${counts}`);
    if (random.chance(0.15)) {
      const bit = `bit${random.below(random.chance(0.1) ? 300 : 4)}`;
      out.push(`flowbits:${random.pick(["set", "unset", "toggle", "isset", "isnotset"])},${bit}`);
      if (random.chance(0.3)) out.push("flowbits:noalert");
    }
    if (random.chance(0.05))
      out.push(`tag:session,${random.between(1, 300)},${random.pick(["packets", "seconds", "bytes"])}`);
    return out;
  }
}

/** Filters and suppressions of rules up to that sid. */
function madeFilters(random: Random, most: number): string[] {
  return Array.from({ length: random.below(6) }, () => {
    const rule = `gen_id 1, sig_id ${random.between(1, most)}`;
    const track = random.pick(["by_src", "by_dst"]);
    if (random.chance(0.5))
      return `suppress ${rule}, track ${track}, ip ${random.pick(["10.0.0.1", "10.0.0.0/8"])}`;
    const type = random.pick(["limit", "threshold", "both"]);
    return `event_filter ${rule}, type ${type}, track ${track}, count ${random.between(1, 9)}, seconds 30`;
  });
}

/** Rules that are all found by the same byte, and all wait for more. */
function alikeRules(random: Random, count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const second = contentText(random.pick(WORDS) + random.pick(WORDS));
    const test = random.chance(0.5) ? `content:"${second}"; distance:0` : `pcre:"/[b-y]${index}+/R"`;
    return `alert tcp any any -> any any (content:"e"; fast_pattern; ${test}; sid:${index + 1};)`;
  });
}

/** So many rules, a line each, and filters behind them; nearly all can be honoured. */
export function madeRules(random: Random, count: number): string[] {
  if (random.chance(0.1)) return alikeRules(random, count);
  const maker = new RuleMaker(random);
  const rules = Array.from({ length: count }, (_, index) => maker.rule(index + 1));
  return [...rules, ...madeFilters(random, count)];
}

const ODD = [
  '"',
  ";",
  ":",
  ",",
  "(",
  ")",
  "|",
  "\\",
  "!",
  "/",
  "[",
  "]",
  "{",
  "}",
  "*",
  "$X",
  "-",
  "\n",
  "\0",
  "\xff",
];
const NUMBERS = [
  "0",
  "-1",
  "65535",
  "65536",
  "2147483647",
  "4294967295",
  "99999999999999999999",
  "0x7fffffff",
  "1e9",
];

/** The text with a few characters, numbers or options changed. */
export function spoiltText(random: Random, text: string): string {
  let out = text;
  const names = [...OPTIONS.keys()];
  for (let left = random.between(1, 4); left > 0 && out.length > 0; left--) {
    const at = random.below(out.length);
    const behind = at + random.below(random.pick([2, 8, 40]));
    switch (random.below(7)) {
      case 0:
        out = out.slice(0, at) + random.pick(ODD) + out.slice(at);
        break;
      case 1:
        out = out.slice(0, at) + out.slice(behind);
        break;
      case 2:
        out = out.slice(0, behind) + out.slice(at);
        break;
      case 3:
        out = out.replace(new RegExp(`^([^]{${at}}[^]*?)\\d+`), `$1${random.pick(NUMBERS)}`);
        break;
      case 4:
        out = out.replace(new RegExp(`^([^]{${at}}[^]*?; )[a-z_.]+`), `$1${random.pick(names)}`);
        break;
      case 5:
        out = out.slice(0, at) + String.fromCharCode(random.below(256)) + out.slice(at + 1);
        break;
      default: {
        const end = out.indexOf(";", at);
        if (end >= 0)
          out = `${out.slice(0, end)}; ${random.pick(names)}:${random.pick(NUMBERS)}${out.slice(end)}`;
      }
    }
  }
  return out;
}
