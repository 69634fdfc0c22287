// Patterns in the manner of public rules: each compiles, takes a text that it is meant for, and not another.

import { beforeAll, describe, expect, it } from "vitest";
import { Searcher } from "./searcher.js";

const TABLE: readonly (readonly [pattern: string, flags: string, yes: string, no: string])[] = [
  ["^(?:GET|POST)\\s+[^\\r\\n]*\\.\\.[\\x2f\\x5c]", "", "GET /a/../b HTTP/1.0", "GET /a/b HTTP/1.0"],
  ["\\/cmd\\.exe\\?\\/c\\+(?:dir|copy|tftp)", "i", "/scripts/CMD.EXE?/c+dir", "/scripts/cmd.exe?/x"],
  [
    "\\.ida\\?[NX]{50,}%u[0-9a-f]{4}",
    "i",
    `/default.ida?${"N".repeat(224)}%u9090%u6858`,
    "/default.ida?NNN%u9090",
  ],
  ["[\\x2f\\x5c]winnt[\\x2f\\x5c]system32", "i", "c:\\WINNT\\system32", "c:\\windows"],
  [
    "^User-Agent\\x3a\\x20(?:wget|curl|python-requests)\\/[\\d.]+\\r?$",
    "mi",
    "A: b\r\nUser-Agent: Wget/1.21\r\n",
    "User-Agent: Mozilla",
  ],
  [
    "^Host\\x3a[^\\r\\n]+?\\.(?:top|xyz|info)(?:\\x3a\\d{1,5})?\\r?$",
    "Hmi",
    "Host: a.b.xyz:8080\r\n",
    "Host: a.b.com\r\n",
  ],
  ["\\/[a-f0-9]{32}\\.php(?:\\?id=\\d+)?$", "", "/0123456789abcdef0123456789abcdef.php?id=12", "/0123.php"],
  ["^\\/(?=[a-z]*\\d)(?=\\d*[a-z])[a-z0-9]{8}\\/$", "", "/a1b2c3d4/", "/abcdefgh/"],
  ["(?:%u[0-9a-f]{4}){8,}", "i", "%u9090%u9090%u6858%ucbd3%u7801%u9090%u8190%u00c3", "%u9090%u6858"],
  ["union\\s+(?:all\\s+)?select[\\s\\x2f\\x2a(]", "i", "id=1 UNION ALL SELECT a", "trade unions selected"],
  ["(?:'|%27)\\s*(?:or|and)\\s*['\\d]+\\s*=\\s*['\\d]", "i", "x' OR '1'='1", "x or y"],
  ["<script[^>]*>[^<]*(?:document\\.cookie|eval\\s*\\()", "is", "<SCRIPT src=x>\nEval (a)", "<b>eval(</b>"],
  ["\\x90{16,}.{0,64}\\xe8.{4}\\x5e", "s", `${"\x90".repeat(20)}ab\xe8\0\0\0\0\x5e`, "\x90\x90\xe8"],
  ["^\\x03\\x00.{2}[\\x02-\\xff]\\xe0", "s", "\x03\x00\x00\x13\x0e\xe0", "\x03\x01\x00\x13\x0e\xe0"],
  ["^[A-Za-z0-9+\\/]{20,}={0,2}$", "", "QUJDREVGR0hJSktMTU5PUFFSU1Q=", "short=="],
  ["^(?:[A-Za-z0-9+\\/]{4})*(?:[A-Za-z0-9+\\/]{2}==|[A-Za-z0-9+\\/]{3}=)?$", "", "QUJDRA==", "QUJDR"],
  ["USER\\s[^\\n]{100}", "i", `USER ${"x".repeat(120)}`, "USER x"],
  ["^(?:RETR|STOR)\\s[^\\n]*?%[^\\n]*?%", "smi", "RETR %x%n", "RETR a"],
  ["(\\w)\\1{9,}", "", "aaabbbbbbbbbbbb", "abababab"],
  [
    "var\\s+(?P<v>[a-z]{1,8})\\s*=\\s*[^;]+;.*?eval\\((?P=v)\\)",
    "is",
    "var ab = 'x'; y; eval(ab)",
    "var ab = 1; eval(c)",
  ],
  [
    "\\bCONNECT\\s+(?:\\d{1,3}\\.){3}\\d{1,3}:(?!443\\b)\\d+",
    "",
    "CONNECT 192.0.2.1:25 HTTP",
    "CONNECT 192.0.2.1:443 HTTP",
  ],
  ["^(?!Mozilla)[^\\r\\n]{1,8}$", "", "a/1.0", "Mozilla"],
  ["(?<!\\r)\\n(?!\\r)", "", "a\nb", "a\r\nb\r\n"],
  ["passw(?:or)?d\\s*[=:]\\s*\\S+", "i", "Passwd: x", "password"],
  ["^\\s*\\(\\s*\\)\\s*\\{", "", "() { :; };", "(a) {"],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: these are the attack's own
  ["\\$\\{(?:jndi|\\$\\{[^}]*\\})[^}]{0,64}:(?:ldap|rmi|dns)s?:", "i", "${jndi:LDAP://x}", "${env:HOME}"],
  ["\\.(?:exe|scr|pif|com|bat|cmd|vbs)\\x22?\\s*$", "im", 'name="a.EXE"\n', "a.txt"],
  ["^220[- ].*?(?:ftp|smtp)", "i", "220 ESMTP ready", "250 ok"],
  ["Content-Length\\x3a\\s*-\\d", "i", "content-length: -1", "Content-Length: 12"],
  [
    "^\\x16\\x03[\\x00-\\x03].{2}\\x01.{3}\\x03[\\x00-\\x04]",
    "s",
    "\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03",
    "\x17\x03\x01",
  ],
  ["(?:\\.\\.(?:%(?:25)?(?:2f|5c)|%c[01]%[19a][1cf]|[\\/\\\\])){2,}", "i", "/..%c1%1c..%c0%af../", "/../a"],
  [
    "(?x) ^ (?: nick | user ) \\s+ \\[ [A-Z]{2,3} \\| [^\\]\\s]+ \\]  # a bot's name",
    "i",
    "NICK [DEU|XP-12]",
    "NICK a",
  ],
];

describe("patterns as rules have them", () => {
  let searcher: Searcher;
  beforeAll(async () => {
    searcher = await Searcher.load();
  });

  it.each(TABLE)("/%s/%s", (pattern, flags, yes, no) => {
    const plain = flags.replace("H", "");
    expect(searcher.find(pattern, plain, yes), "its text").toBeDefined();
    expect(searcher.find(pattern, plain, no), "another text").toBeUndefined();
    const [start = 0, end = 0] = searcher.find(pattern, plain, `\n${yes}`) ?? [];
    expect(end).toBeGreaterThanOrEqual(start);
  });

  it("none of them takes many steps on a packet of one byte over and over, or of itself", () => {
    const before = searcher.limits;
    for (const [pattern, flags, yes] of TABLE) {
      for (const unit of ["a", "A", " ", "\n", "\x90", "%", ".", "/", "0", yes]) {
        searcher.find(pattern, flags.replace("H", ""), unit.repeat(1460).slice(0, 1460));
      }
    }
    expect(searcher.limits).toBe(before);
  });
});
