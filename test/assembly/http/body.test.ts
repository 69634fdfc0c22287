// Bodies in a stream: compressed, in chunks, larger than the window, cut anywhere, lost in part.
// Always holds: however a stream is cut, the last look at a body that fits the window shows all of it.

import { deflateSync, gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import {
  COUNTER_HTTP_BODY_LIMIT,
  COUNTER_HTTP_DECODE_FAILED,
  COUNTER_HTTP_HEADER_LIMIT,
  COUNTER_HTTP_REQUESTS,
  COUNTER_HTTP_RESPONSES,
} from "../../../assembly/layout.js";
import { PATIENCE } from "../../support/patience.js";
import { Random, seedOf } from "../../support/random.js";
import { type HttpEntry, HttpFeed, loadHttp } from "./support.js";

let http: HttpEntry;
beforeAll(async () => {
  http = await loadHttp();
}, 120_000 * PATIENCE);

function chunked(body: Buffer, sizes: () => number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const part = body.subarray(at, at + sizes());
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from("\r\n"));
    at += part.length;
  }
  return Buffer.concat([...parts, Buffer.from("0\r\n\r\n")]);
}

const words = "the quick brown fox <script> jumps </script> over 12345 \r\n".split(" ");
const page = (random: Random, size: number) =>
  Buffer.from(
    Array.from({ length: size }, () => random.pick(words))
      .join(" ")
      .slice(0, size),
  );

const response = (body: Buffer, ...fields: string[]) =>
  Buffer.concat([Buffer.from(["HTTP/1.1 200 OK", ...fields, "", ""].join("\r\n")), body]);

function lastBody(feed: HttpFeed, name: "file_data" | "client_body" = "file_data"): string | undefined {
  return feed.told.findLast(({ buffers }) => name in buffers)?.buffers[name]?.toString("latin1");
}

describe("a response's body", () => {
  it("compressed and in chunks is the same however it is cut", () => {
    const random = new Random(seedOf("http bodies"));
    for (let round = 0; round < 60; round++) {
      const body = page(random, random.between(1, 6000));
      const isGzip = random.chance(0.5);
      const packed = isGzip ? gzipSync(body) : deflateSync(body);
      const coding = `Content-Encoding: ${isGzip ? random.pick(["gzip", "x-gzip", "GZip"]) : "deflate"}`;
      const stream = random.chance(0.5)
        ? response(
            chunked(packed, () => random.between(1, 700)),
            coding,
            "Transfer-Encoding: chunked",
          )
        : response(packed, coding, `Content-Length: ${packed.length}`);
      const feed = new HttpFeed(http);
      const largest = random.pick([1, 5, 100, 1460, 5000]);
      for (let at = 0; at < stream.length; ) {
        const size = random.between(1, largest);
        feed.push(stream.subarray(at, at + size));
        at += size;
      }
      feed.push(Buffer.from("HTTP/1.1 204 No Content\r\n\r\n"));
      expect(lastBody(feed)).toBe(body.toString("latin1"));
      expect(feed.told.at(-1)!.buffers["stat_code"]!.toString()).toBe("204");
      expect(feed.counter(COUNTER_HTTP_RESPONSES)).toBe(2);
      expect(feed.counter(COUNTER_HTTP_DECODE_FAILED)).toBe(0);
    }
  });

  it("byte by byte is told a few times, not each time", () => {
    const body = page(new Random(1), 8000);
    const stream = response(body, `Content-Length: ${body.length}`);
    const feed = new HttpFeed(http);
    for (const byte of stream) feed.push(Uint8Array.of(byte));
    const bodies = feed.told.filter(({ event }) => event === "response-body");
    expect(bodies.length).toBeLessThan(50);
    expect(lastBody(feed)).toBe(body.toString("latin1"));
  });

  it("larger than the window is seen by windows when it is plain", () => {
    const body = page(new Random(2), 40_000);
    const stream = response(body, `Content-Length: ${body.length}`);
    const feed = new HttpFeed(http, { windowSize: 4096 });
    for (let at = 0; at < stream.length; at += 1000) feed.push(stream.subarray(at, at + 1000));
    const seen = new Uint8Array(body.length);
    let from = 0;
    for (const { buffers } of feed.told) {
      const part = buffers["file_data"];
      if (part === undefined) continue;
      from = body.indexOf(part, Math.max(0, from - 4096));
      expect(from).toBeGreaterThanOrEqual(0);
      seen.fill(1, from, from + part.length);
    }
    expect(seen.every((one) => one === 1)).toBe(true);
    expect(feed.counter(COUNTER_HTTP_BODY_LIMIT)).toBe(1);
    feed.push(Buffer.from("HTTP/1.1 204 No Content\r\n\r\n"));
    expect(feed.told.at(-1)!.event).toBe("response");
  });

  it("larger than the window and compressed is seen as far as its beginning was there; the next message is found", () => {
    const packed = gzipSync(new Random(3).bytes(20_000));
    for (const stream of [
      response(
        chunked(packed, () => 1300),
        "Content-Encoding: gzip",
        "Transfer-Encoding: chunked",
      ),
      response(packed, "Content-Encoding: gzip", `Content-Length: ${packed.length}`),
    ]) {
      const feed = new HttpFeed(http, { windowSize: 8192 });
      for (let at = 0; at < stream.length; at += 1460) feed.push(stream.subarray(at, at + 1460));
      feed.push(Buffer.from("HTTP/1.1 404 Next\r\n\r\n"));
      expect(feed.counter(COUNTER_HTTP_BODY_LIMIT)).toBe(1);
      expect(feed.counter(COUNTER_HTTP_DECODE_FAILED)).toBe(0);
      expect(lastBody(feed)!.length).toBeGreaterThan(4000);
      expect(feed.told.at(-1)!.buffers["stat_msg"]!.toString()).toBe("Next");
    }
  });

  it("a bomb fills the area, and is counted", () => {
    const packed = gzipSync(Buffer.alloc(10_000_000));
    const feed = new HttpFeed(http).push(
      response(packed, "Content-Encoding: gzip", `Content-Length: ${packed.length}`),
    );
    expect(lastBody(feed)!.length).toBe(65_536);
    expect(feed.counter(COUNTER_HTTP_BODY_LIMIT)).toBe(1);
  });

  it("damaged shows what came before the damage, and is counted once", () => {
    const body = page(new Random(4), 5000);
    const packed = gzipSync(body, { level: 1 });
    packed.fill(0xff, packed.length >> 1);
    const stream = response(packed, "Content-Encoding: gzip", `Content-Length: ${packed.length}`);
    const feed = new HttpFeed(http);
    for (let at = 0; at < stream.length; at += 50) feed.push(stream.subarray(at, at + 50));
    expect(feed.counter(COUNTER_HTTP_DECODE_FAILED)).toBe(1);
    const shown = lastBody(feed)!;
    expect(shown.length).toBeGreaterThan(1000);
    expect(shown.slice(0, 1000)).toBe(body.toString("latin1").slice(0, 1000));
  });

  it("cut by the stream's end shows what was there, and is counted", () => {
    const packed = gzipSync(page(new Random(5), 5000));
    const stream = response(packed.subarray(0, packed.length - 100), "Content-Encoding: gzip");
    const feed = new HttpFeed(http).push(stream).end();
    expect(lastBody(feed)!.length).toBeGreaterThan(1000);
    expect(feed.told.filter(({ event }) => event === "response-body").length).toBe(1);
  });

  it("after the sender's end is not told for every byte that still comes", () => {
    const packed = gzipSync(page(new Random(6), 8000));
    const stream = response(packed, "Content-Encoding: gzip", "Transfer-Encoding: identity");
    const feed = new HttpFeed(http).push(stream.subarray(0, 200)).end();
    for (const byte of stream.subarray(200)) feed.push(Uint8Array.of(byte));
    expect(feed.told.length).toBeLessThan(30);
  });

  it("not compressed, whatever its head says, is shown as it is", () => {
    const feed = new HttpFeed(http).push(
      response(Buffer.from("<html>"), "Content-Encoding: gzip", "Content-Length: 6"),
    );
    expect(lastBody(feed)).toBe("<html>");
    expect(feed.counter(COUNTER_HTTP_DECODE_FAILED)).toBe(1);
  });

  it("that nobody asked for is passed over", () => {
    const body = Buffer.from("GET /not-this HTTP/1.1\r\n\r\n");
    const feed = new HttpFeed(http, { wantsBodies: false }).push(
      Buffer.concat([
        response(body, `Content-Length: ${body.length}`),
        response(
          chunked(body, () => 3),
          "Transfer-Encoding: chunked",
        ),
        response(Buffer.alloc(0), "Content-Length: 0"),
      ]),
    );
    expect(feed.told.map(({ event }) => event)).toEqual(["response", "response", "response"]);
  });
});

describe("a head", () => {
  it("without its end costs its bytes once, is told as far as it is kept, and is counted once", () => {
    const feed = new HttpFeed(http, { windowSize: 16_384 });
    feed.push(Buffer.from("GET /long HTTP/1.1\r\n"));
    const line = Buffer.from("X-Header: and no end of it\r\n");
    const start = performance.now();
    for (let sent = 0; sent < 60_000; sent += line.length) {
      for (const byte of line) feed.push(Uint8Array.of(byte));
    }
    expect(performance.now() - start).toBeLessThan(3000);
    expect(feed.counter(COUNTER_HTTP_HEADER_LIMIT)).toBe(1);
    expect(feed.counter(COUNTER_HTTP_REQUESTS)).toBe(1);
    expect(feed.told.map(({ event }) => event)).toEqual(["request-line", "request"]);
    expect(feed.told[1]!.buffers["raw_header"]!.length).toBe(8192 - 20);
  });

  it("larger than a small window is told before its beginning slides out", () => {
    const feed = new HttpFeed(http, { windowSize: 2048 });
    const head = `GET /long HTTP/1.1\r\nHost: h\r\n${"X-Header: and no end of it\r\n".repeat(120)}\r\n`;
    for (let at = 0; at < head.length; at += 100) feed.push(Buffer.from(head.slice(at, at + 100)));
    feed.push(Buffer.from("GET /next HTTP/1.1\r\n\r\n"));
    const requests = feed.told.filter(({ event }) => event === "request");
    expect(requests[0]!.buffers["host"]!.toString()).toBe("h");
    expect(requests[0]!.buffers["raw_header"]!.length).toBeGreaterThan(900);
    expect(requests.at(-1)!.buffers["uri"]!.toString()).toBe("/next");
    expect(feed.counter(COUNTER_HTTP_HEADER_LIMIT)).toBe(1);
  });

  it("after a hole is found where the text goes on", () => {
    const request = (name: string) => Buffer.from(`GET /${name} HTTP/1.1\r\nHost: h\r\n\r\n`);
    const feed = new HttpFeed(http)
      .push(request("one"))
      .push(Buffer.from("GET /cut HTT"))
      .skip(1000)
      .push(request("two"))
      .push(Buffer.from("POST /body HTTP/1.1\r\nContent-Length: 500\r\n\r\nabc"))
      .skip(497)
      .push(request("three"))
      .skip(5)
      .push(Buffer.from("the rest of something\r\n"))
      .push(request("four"));
    const uris = feed.told
      .filter(({ event }) => event === "request")
      .map(({ buffers }) => `${buffers["uri"]}`);
    expect(uris).toEqual(["/one", "/two", "/body", "/three", "/four"]);
  });

  it("of either kind is found in either direction", () => {
    for (const toServer of [true, false]) {
      const feed = new HttpFeed(http, { toServer })
        .push(Buffer.from("GET / HTTP/1.1\r\n\r\n"))
        .push(Buffer.from("HTTP/1.1 204 None\r\n\r\n"));
      expect(feed.told.map(({ event }) => event)).toEqual(["request", "response"]);
    }
  });

  it("by the thousand in one segment is told each, in order", () => {
    const count = 1500;
    const stream = Array.from({ length: count }, (_, i) => `GET /${i} HTTP/1.1\r\n\r\n`).join("");
    const feed = new HttpFeed(http).push(Buffer.from(stream));
    expect(feed.told.map(({ buffers }) => `${buffers["uri"]}`)).toEqual(
      Array.from({ length: count }, (_, i) => `/${i}`),
    );
  });
});

describe("any bytes at all", () => {
  it("end, stay inside, and cost a bounded number of calls", () => {
    const random = new Random(seedOf("http garbage"));
    const pieces = [
      "GET ", "POST /x", " HTTP/1.1", "\r\n", "\n", "\r\n\r\n", "HTTP/1.1 200 OK\r\n", "Content-Length: ", "5",
      "Transfer-Encoding: chunked\r\n", "Content-Encoding: gzip\r\n", "ffffffff\r\n", "3\r\nabc\r\n", "0\r\n", "%c0%af..",
      "99999999999999999999", "Host: ", "Cookie: ", ":", " ", "\t", "\0", "\x1f\x8b\x08\0",
    ]; // biome-ignore format: a list of words
    for (let round = 0; round < 400; round++) {
      const feed = new HttpFeed(http, {
        windowSize: random.pick([2048, 8192]),
        toServer: random.chance(0.5),
      });
      let pushed = 0;
      for (let piece = random.between(1, 60); piece > 0; piece--) {
        const data = random.chance(0.8)
          ? Buffer.from(random.pick(pieces), "latin1")
          : random.bytes(random.between(1, 1500));
        pushed += data.length;
        feed.push(data);
        if (random.chance(0.02)) feed.skip(random.between(1, 3000));
      }
      feed.end();
      expect(feed.callCount).toBeLessThan(60 * 3 + pushed);
    }
  });
});
