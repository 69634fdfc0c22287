// The look at one packet alone: what it finds, what it leaves alone, and what it costs where there is no HTTP.
// Always holds: bytes behind the payload are poisoned with what would be a trick.

import { beforeAll, describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { PATIENCE } from "../../support/patience.js";
import { Random, seedOf } from "../../support/random.js";
import { FLOW, type HttpEntry, loadHttp } from "./support.js";

const PACKET = L.BATCH_BASE;
const AT = L.WINDOWS_BASE + 64;
const NAMES = new Map([
  [L.FINDING_HTTP_TRAVERSAL, "http-traversal"],
  [L.FINDING_HTTP_OVERLONG_UTF8, "http-overlong-utf8"],
  [L.FINDING_HTTP_DOUBLE_ENCODE, "http-double-encode"],
]);

let http: HttpEntry;
beforeAll(async () => {
  http = await loadHttp();
}, 120_000 * PATIENCE);

function place(payload: Uint8Array): void {
  const { bytes, view } = http;
  bytes.fill(0, FLOW, FLOW + L.FLOW_SIZE);
  bytes.fill(0, PACKET, PACKET + L.PACKET_SIZE);
  bytes.fill(0xa5, AT - 64, AT);
  bytes.set(payload, AT);
  bytes.set(Buffer.from("/../..%c0%af..%255c HTTP/1.0\r\n"), AT + payload.length);
  view.setUint32(PACKET + L.PACKET_PAYLOAD_OFFSET, AT, true);
  view.setUint32(PACKET + L.PACKET_PAYLOAD_SIZE_OFFSET, payload.length, true);
}

function findings(payload: string): string[] {
  place(Buffer.from(payload, "latin1"));
  http.exports.quick(FLOW, PACKET);
  const bits = http.view.getBigUint64(FLOW + L.FLOW_FINDINGS_OFFSET, true);
  return [...NAMES].filter(([bit]) => ((bits >> BigInt(bit)) & 1n) === 1n).map(([, name]) => name);
}

describe("one packet", () => {
  it("of the letter raises what applies", () => {
    const payload =
      "GET /scripts/..%c1%1c../winnt/system32/cmd.exe?/c+dir HTTP/1.0\r\nHost: www\r\nConnnection: close\r\n\r\n";
    expect(payload.length).toBe(97);
    expect(findings(payload)).toEqual(["http-traversal", "http-overlong-utf8"]);
  });

  it("needs neither its line's end nor a version", () => {
    expect(findings("GET /..%255c..")).toEqual(["http-traversal", "http-double-encode"]);
    expect(findings("HEAD /a/%2e%2e/b HTTP/1.1")).toEqual(["http-traversal"]);
    expect(findings("PROPFIND\t/..\n")).toEqual(["http-traversal"]);
  });

  it.each([
    "GET /index.html HTTP/1.0\r\n\r\n",
    "GET /a/../b?x=..%c0%ae HTTP/1.0\r\n",
    "GET / HTTP/1.0\r\n/..%c0%af.. HTTP/1.0\r\n",
    "get /..%c0%af.. HTTP/1.0\r\n",
    "SSH-2.0-/..%c0%af..\r\n",
    "GETS/..%c0%af.. HTTP/1.0\r\n",
    "GET",
    "GET /",
    "GET ",
    "POST",
    "",
  ])("without a trick raises nothing: %j", (payload) => {
    expect(findings(payload)).toEqual([]);
  });

  it("of other payload costs a small part of what a request costs", () => {
    const rounds = 100_000;
    /** Nanoseconds a packet, with the call from JavaScript; the best of some passes. */
    const cost = (payload: Uint8Array): number => {
      place(payload);
      let best = Number.POSITIVE_INFINITY;
      for (let pass = 0; pass < 5; pass++) {
        const start = performance.now();
        for (let round = 0; round < rounds; round++) http.exports.quick(FLOW, PACKET);
        best = Math.min(best, ((performance.now() - start) * 1e6) / rounds);
      }
      return best;
    };
    const other = cost(new Random(seedOf("quick")).bytes(1400));
    const request = cost(Buffer.from(`GET /${"abcdefgh/".repeat(150)} HTTP/1.0\r\n`));
    console.info(`${other.toFixed(1)} ns a packet without HTTP, ${request.toFixed(1)} ns of a long request`);
    expect(other).toBeLessThan(request / 10);
  });
});
