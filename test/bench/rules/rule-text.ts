// Rules as text, as many as are asked for, in the mix of public rule sets: most look for bytes in payload, a quarter
// into HTTP, some further by regular expressions or relative contents. Apart so that tests can use the same.
// Always holds: the same text each time; every rule is valid; a larger set has all rules of a smaller one.

import { Random } from "../../support/random.js";
import { patternsLike } from "./matcher-text.js";

const SEED = 0x5e1ec7;
const SHARE_HTTP = 0.25;
const SHARE_UDP = 0.1;
/** Rules whose content the traffic is full of, with something else that it is not: they are looked at again and again. */
const SHARE_COMMON = 0.01;
const COMMON = [
  "login.php",
  "/admin/",
  "Accept-Encoding: gzip",
  "<table>",
  "text/html",
  "/scripts/",
  "Cache-Control",
  "data.asp",
];

export function ruleText(count: number): string {
  let text = "";
  for (let i = 0; i < count; i++) {
    const random = new Random(SEED, i);
    const [first, second] = patternsLike(random, 2, 0).map(contentText);
    text += `${ruleOf(random, first!, second!)} sid:${1_000_000 + i}; rev:1;)\n`;
  }
  return text;
}

function ruleOf(random: Random, first: string, second: string): string {
  const head = (protocol: string, port: string) => `alert ${protocol} any any -> any ${port} (msg:"bench";`;
  if (random.chance(SHARE_COMMON)) {
    const more = random.pick([
      `content:"${second}"; distance:0;`,
      `content:"${second}"; within:100;`,
      'pcre:"/^[^\\n]{0,20}(?:cmd|powershell)\\.exe/Ri";',
      'pcre:"/\\d{9,}[xyz]/R";',
    ]);
    return `${head("tcp", "any")} content:"${random.pick(COMMON)}"; ${more}`;
  }
  if (random.chance(SHARE_UDP)) return `${head("udp", "any")} content:"${first}";`;
  if (random.chance(SHARE_HTTP)) {
    const buffer = random.pick(["http.uri", "http.uri", "http.header", "http.user_agent"]);
    return `${head("http", "any")} flow:to_server,established; ${buffer}; content:"${first}"; nocase;`;
  }
  const port = random.pick(["any", "any", "[80,8080]", "[25,110,143]", "1024:"]);
  const flow = random.pick(["flow:to_server,established;", "flow:established;", ""]);
  const more = random.pick([
    "",
    "",
    ` content:"${second}"; distance:0;`,
    ` content:"${second}"; within:200;`,
    ' pcre:"/[a-z]{3,8}=\\d+/i";',
    " isdataat:20,relative;",
  ]);
  return `${head("tcp", port)} ${flow} content:"${first}";${random.chance(0.5) ? " nocase;" : ""}${more}`;
}

/** Bytes as a rule's content: what is not plain goes in hex. */
function contentText(bytes: Uint8Array): string {
  return [...bytes]
    .map((byte) => {
      const isPlain = byte > 0x20 && byte < 0x7f && !'";\\|:'.includes(String.fromCharCode(byte));
      return isPlain ? String.fromCharCode(byte) : `|${byte.toString(16).padStart(2, "0")}|`;
    })
    .join("");
}
