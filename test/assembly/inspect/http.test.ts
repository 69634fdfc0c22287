// Rules over HTTP: each buffer with a hit and a miss, messages in pieces and in a row, bodies in chunks and compressed.

import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import * as R from "../../../assembly/match/rules-layout.js";
import { concat, text } from "../../../examples/frame.js";
import { RulesCore } from "../../support/rules-core.js";
import { Conversation } from "./conversation.js";

const core = new RulesCore();

const REQUEST =
  "POST /a%2fb/../Secret/x.php?q=%41 HTTP/1.1\r\nHost: Www.Example.COM:8080\r\nUser-Agent: curl/8.1\r\n" +
  "Cookie: id=42; role=admin\r\nX-Extra: one\r\nContent-Length: 10\r\n\r\nuser=alice";

const RESPONSE =
  "HTTP/1.1 404 Not Found\r\nServer: tester\r\nSet-Cookie: sid=9\r\nContent-Length: 12\r\n\r\nhello, there";

function opened(rules: string): Conversation {
  core.begin(rules);
  const talk = new Conversation();
  core.sids(...talk.open());
  return talk;
}

/** In segments of so many bytes. */
function pieces(talk: Conversation, side: "c" | "s", bytes: string | Uint8Array, size: number): Uint8Array[] {
  const all = typeof bytes === "string" ? text(bytes) : bytes;
  const out: Uint8Array[] = [];
  for (let at = 0; at < all.length; at += size) out.push(talk[side](all.subarray(at, at + size)));
  return out;
}

const ruleOf = (options: string, sid = 1): string => `alert tcp any any -> any any (${options} sid:${sid};)`;

describe("a buffer of a request", () => {
  it.each([
    ["http.uri", "/Secret/x.php?q=A", "/../"],
    ["http.uri.raw", "/a%2fb/../Secret", "?q=A"],
    ["http.method", "POST", "GET"],
    ["http.header", "X-Extra: one", "role=admin"],
    ["http.header.raw", "Cookie: id=42", "user=alice"],
    ["http.host", "www.example.com", "8080"],
    ["http.host.raw", "Www.Example.COM:8080", "www"],
    ["http.user_agent", "curl/", "admin"],
    ["http.cookie", "role=admin", "curl"],
    ["http.request_body", "user=alice", "Host"],
  ])("%s", (buffer, hit, miss) => {
    for (const size of [1000, 50, 7, 1]) {
      const talk = opened(
        `${ruleOf(`${buffer}; content:"${hit}";`, 1)}\n${ruleOf(`${buffer}; content:"${miss}";`, 2)}`,
      );
      const alerts = pieces(talk, "c", REQUEST, size).flatMap((frame) => core.send(frame));
      expect(
        alerts.map(({ sid }) => sid),
        `pieces of ${size}`,
      ).toEqual([1]);
      expect(alerts[0]!.bits & R.ALERT_BIT_HTTP).toBe(R.ALERT_BIT_HTTP);
    }
  });
});

describe("a buffer of a response", () => {
  it.each([
    ["http.stat_code", "404", "200"],
    ["http.stat_msg", "Not Found", "OK"],
    ["file_data", "hello, there", "tester"],
  ])("%s", (buffer, hit, miss) => {
    for (const size of [1000, 30, 1]) {
      const talk = opened(
        `${ruleOf(`${buffer}; content:"${hit}";`, 1)}\n${ruleOf(`${buffer}; content:"${miss}";`, 2)}`,
      );
      const sids = core.sids(...pieces(talk, "c", REQUEST, 1000), ...pieces(talk, "s", RESPONSE, size));
      expect(sids, `pieces of ${size}`).toEqual([1]);
    }
  });

  it("header and cookie go with the way", () => {
    const talk = opened(
      [
        ruleOf('flow:to_client; http.header; content:"Server: tester";', 1),
        ruleOf('flow:to_client; http.cookie; content:"sid=9";', 2),
        ruleOf('flow:to_server; http.header; content:"Server: tester";', 3),
      ].join("\n"),
    );
    expect(core.sids(talk.c(REQUEST), talk.s(RESPONSE))).toEqual([1, 2]);
  });
});

describe("a body", () => {
  const chunked = (...chunks: string[]): string =>
    `${chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join("")}0\r\n\r\n`;

  it("in chunks is joined", () => {
    for (const size of [1000, 9, 1]) {
      const talk = opened(ruleOf('file_data; content:"attack";'));
      const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
      const sids = core.sids(...pieces(talk, "s", `${head}${chunked("an att", "ack")}`, size));
      expect(sids, `pieces of ${size}`).toEqual([1]);
    }
  });

  it.each(["gzip", "x-gzip"])("in %s is decompressed", (encoding) => {
    const body = gzipSync(text(`${"harmless ".repeat(50)} an attack ${"harmless ".repeat(50)}`));
    for (const size of [2000, 20, 1]) {
      const talk = opened(
        `${ruleOf('file_data; content:" an attack ";')}\n${ruleOf('content:" an attack ";', 2)}`,
      );
      const head = `HTTP/1.1 200 OK\r\nContent-Encoding: ${encoding}\r\nContent-Length: ${body.length}\r\n\r\n`;
      const sids = core.sids(...pieces(talk, "s", concat(text(head), new Uint8Array(body)), size));
      expect(sids, `pieces of ${size}`).toEqual([1]);
    }
  });

  it("in gzip and in chunks", () => {
    const body = gzipSync(text("an attack")).toString("latin1");
    const talk = opened(ruleOf('file_data; content:"an attack";'));
    const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n";
    expect(core.sids(...pieces(talk, "s", head + chunked(body.slice(0, 9), body.slice(9)), 11))).toEqual([1]);
  });

  it("that is damaged is counted, and harms nothing", () => {
    const talk = opened(ruleOf('file_data; content:"attack";'));
    const head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 30\r\n\r\n";
    const header = new Uint8Array(gzipSync(text("attack")).subarray(0, 10));
    core.sids(talk.s(concat(text(head), header, new Uint8Array(20).fill(0xff))));
    expect(core.counter(L.COUNTER_HTTP_DECODE_FAILED)).toBe(1);
    expect(core.sids(talk.s("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nattack"))).toEqual([1]);
  });
});

describe("messages in a row", () => {
  const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

  it("each give their alert, but a packet no two of one rule", () => {
    const talk = opened(ruleOf('http.uri; content:"attack";'));
    expect(core.sids(talk.c(get("/attack") + get("/x") + get("/attack")))).toEqual([1]);
    expect(core.sids(talk.c(get("/attack")), talk.c(get("/x")), talk.c(get("/attack")))).toEqual([1, 1]);
  });

  it("are found however many one packet has", () => {
    const many = "GET /\n".repeat(200);
    const talk = opened(
      `${ruleOf('http.uri; content:"/attack";')}\n${ruleOf('http.method; content:"PUT";', 2)}`,
    );
    expect(core.sids(talk.c(`${many}GET /attack HTTP/1.0\r\n\r\n`))).toEqual([1]);
    expect(core.counter(L.COUNTER_HTTP_REQUESTS)).toBe(201);
  });

  it("do not lend their buffers to one another", () => {
    const talk = opened(
      ruleOf('http.uri; content:"/attack"; http.header; content:"X-One";') +
        `\n${ruleOf('pcre:"/attack/U"; pcre:"/X-One/H";', 2)}`,
    );
    expect(core.sids(talk.c(`${get("/attack")}GET /b HTTP/1.1\r\nX-One: 1\r\n\r\n`))).toEqual([]);
    expect(core.sids(talk.c("GET /attack HTTP/1.1\r\nX-One: 1\r\n\r\n"))).toEqual([1, 2]);
  });
});

describe("a message in pieces", () => {
  it("is told once, with its first line and again whole", () => {
    const rules = [
      ruleOf('http.uri; content:"/attack";', 1),
      ruleOf('pcre:"/attack/U";', 2),
      ruleOf('http.method; content:!"GET";', 3),
      ruleOf('http.request_body; content:"user";', 4),
      ruleOf('pcre:"/user/P";', 5),
      ruleOf('http.uri; content:"/attack"; http.request_body; content:"user";', 6),
    ];
    const talk = opened(rules.join("\n"));
    const frames = [
      talk.c("POST /attack HTTP/1.1\r\n"),
      talk.c("Host: a\r\nContent-"),
      talk.c("Length: 12\r\n\r\nus"),
      talk.c("er=a"),
      talk.c("nobody"),
      talk.c("POST /other HTTP/1.1\r\n"),
    ];
    expect(frames.map((frame) => core.sids(frame))).toEqual([[1, 2, 3], [], [], [4, 5, 6], [], [3]]);
  });

  it("bears the mark of HTTP whatever led to it", () => {
    const talk = opened(ruleOf('pcre:"/attack/U";'));
    expect(core.send(talk.c("GET /attack HTTP/1.0\r\n\r\n"))[0]!.bits & R.ALERT_BIT_HTTP).toBe(
      R.ALERT_BIT_HTTP,
    );
    expect(core.sids(talk.c("", { flags: "A" }), talk.s("HTTP/1.0 200 OK\r\n\r\n"))).toEqual([]);
  });
});

describe("a rule of protocol http", () => {
  it("holds only where HTTP was recognised", () => {
    const talk = opened('alert http any any -> any any (content:"attack"; sid:1;)');
    expect(core.sids(talk.c("an attack "), talk.c("EHLO attack\r\n"))).toEqual([]);
    expect(core.sids(talk.c("GET /attack HTTP/1.0\r\n\r\n"))).toEqual([1]);
    const other = new Conversation({ sport: 4001 });
    expect(core.sids(...other.open(), other.c("GET /atta"), other.c("ck HTTP/1.0\r\n\r\n"))).toEqual([1]);
  });

  it("without content holds for no other packets", () => {
    const talk = opened("alert http any any -> any any (flow:to_server; dsize:>0; sid:1;)");
    expect(core.sids(talk.c("nothing like it"), talk.c("GET / HTTP/1.0\r\n\r\n"))).toEqual([1]);
    const other = new Conversation({ sport: 4001 });
    expect(core.sids(...other.open(), other.c("SSH-2.0-x\r\n"), other.s("SSH-2.0-y\r\n"))).toEqual([]);
  });
});

describe("a rule of buffer and payload", () => {
  it("holds when both do", () => {
    const talk = opened(ruleOf('content:"Connection: odd"; http.uri; content:"/attack";'));
    expect(core.sids(talk.c("GET /attack HTTP/1.0\r\nConnection: usual\r\n\r\n"))).toEqual([]);
    expect(core.sids(talk.c("GET /x HTTP/1.0\r\nConnection: odd\r\n\r\n"))).toEqual([]);
    core.begin(ruleOf('content:"Connection: odd"; http.uri; content:"/attack";'));
    const other = new Conversation({ sport: 4001 });
    expect(
      core.sids(...other.open(), ...pieces(other, "c", "GET /attack HTTP/1.0\r\nConnection: odd\r\n\r\n", 9)),
    ).toEqual([1]);
  });
});

describe("HTTP where no beginning was seen", () => {
  it("is read from a request that a segment begins with", () => {
    core.begin(ruleOf('http.uri; content:"/attack";'));
    const talk = new Conversation();
    expect(core.sids(talk.c("GET /attack HTTP/1.0\r\n\r\n"))).toEqual([1]);
  });

  it("on any port", () => {
    core.begin(ruleOf('http.uri; content:"/attack";'));
    const talk = new Conversation({ sport: 40_000, dport: 31_337 });
    expect(core.sids(...talk.open(), talk.c("GET /attack HTTP/1.0\r\n\r\n"))).toEqual([1]);
  });
});
