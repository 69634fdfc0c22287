// Rules that reach every part of matching, most of them on purpose costly, for traffic that nobody meant for them.
// Apart because the fuzzer only installs them. Always holds: every one of them compiles.

import { compileRules } from "../../host/rules/compile/compile.js";
import { parseRules } from "../../host/rules/parse/index.js";

const HEAD = "alert tcp any any -> any any (";

const TEXT = [
  'content:"a"; content:"a"; distance:0; content:"a"; distance:1; within:9; content:"b"; within:3;',
  'content:"|00|"; offset:1; depth:40; content:!"|00 00|"; distance:0;',
  'content:"GET"; nocase; pcre:"/(a+)+[^x]{2,9}$/i";',
  'content:"HTTP"; pcre:"/^\\.1 (\\d)\\1?0.*\\r\\n/R"; isdataat:2,relative;',
  'content:"|0d 0a|"; byte_test:1,>,64,0,relative; byte_jump:1,2,relative; content:"e"; distance:0;',
  'byte_extract:1,0,len; content:"e"; offset:len; depth:200;',
  "byte_test:4,&,0x80000000,0,little; byte_jump:2,0,align,from_beginning,post_offset -1; isdataat:1,relative;",
  'content:"="; byte_test:5,>,10,0,relative,string,dec;',
  'pcre:"/(?:[a-z]{3,}|\\d{2,}){2,}/i"; dsize:>20;',
  'flow:established,to_server; flowbits:set,one; flowbits:noalert; content:"o";',
  'flow:to_client; flowbits:isset,one; content:"t"; endswith;',
  'flowbits:isnotset,two; flowbits:toggle,two; content:"s"; startswith; nocase;',
  "flags:S,12; threshold:type both,track by_src,count 3,seconds 5;",
  "flags:A+; window:0; detection_filter:track by_dst,count 2,seconds 9;",
  "ack:0; seq:0; flags:*SF;",
  'content:"x"; tag:session,3,packets;',
  'content:"y"; tag:session,200,bytes;',
  "finding:midstream-data;",
  "cause:leaky-filter;",
  "finding:overlap-conflict;",
  'http.uri; content:"/"; content:"."; distance:0; urilen:>1;',
  'http.header; content:"e"; nocase; http.host; content:"w";',
  'http.cookie; content:"="; http.user_agent; pcre:"/m.z/i";',
  'http.request_body; content:"a"; bsize:>0;',
  'http.method; content:"P"; startswith;',
  'http.uri; content:!"zzz"; pcre:"/[aeiou]{2}/U";',
  'flow:to_client; http.stat_code; content:"20";',
  'flow:to_client; file_data; content:"<"; content:">"; distance:0; within:50;',
  'flow:to_client; file_data; pcre:"/(.)\\1{3}/s";',
];
const OTHERS = [
  'alert udp any any <> any 53 (content:"|00 01|"; content:"|00|"; distance:2; byte_jump:1,0,relative;',
  "alert udp any any -> any any (dsize:<9; threshold:type limit,track by_dst,count 2,seconds 3;",
  'alert icmp any any -> any any (itype:8; icode:0; icmp_id:1; content:"a";',
  "alert icmp any any -> any any (itype:<20; icmp_seq:!0;",
  'alert ip any any -> any any (ip_proto:47; content:"|08 00|";',
  "alert ip any any -> any any (fragbits:M; fragoffset:0;",
  "alert ip any any -> any any (sameip; ttl:<9;",
  "alert ip any any -> any any (ipopts:any; id:!0; tos:!0;",
  "alert ip any any -> any any (finding:fragment-overlap;",
  'drop ip [10.0.0.0/8,!10.1.0.0/16,2001:db8::/32] any -> !192.168.0.0/16 any (content:"drop";',
  'reject tcp any 1:1024 -> any [80,8080,!8081] (content:"reject";',
  'pass tcp any any -> any any (content:"pass this";',
  'log udp any any -> any any (content:"log";',
];

/** A line each. */
export function nastyText(): string[] {
  return [...TEXT.map((text) => HEAD + text), ...OTHERS].map(
    (text, index) => `${text} msg:"fuzz"; sid:${index + 1}; rev:1;)`,
  );
}

let image: Uint8Array | undefined;

export function nastyImage(): Uint8Array {
  if (image !== undefined) return image;
  const { rules, problems } = parseRules(nastyText().join("\n"));
  const compiled = compileRules(rules, { limitBytes: 1 << 24 });
  const wrong = [...problems, ...compiled.problems].filter(({ level }) => level === "error");
  if (wrong.length > 0)
    throw new Error(wrong.map(({ place, reason }) => `${place.line}: ${reason}`).join("\n"));
  image = compiled.image;
  return image;
}
