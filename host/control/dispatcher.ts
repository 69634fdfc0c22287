// From the text of a request line to the text of its response line.
// Apart from the connection, which knows bytes and time only.
// Always holds: a batch's requests run one behind the other, and all its answers together stay under the bound, so
// what a client can make the sensor hold is one response.

import { createJSONRPCErrorResponse, type JSONRPCID } from "json-rpc-2.0";
import type { Caller } from "./caller.js";
import type { ControlCounts } from "./counts.js";
import { idOf, type MethodRegistry } from "./methods.js";
import { BATCH_REQUESTS_MAX, RESPONSE_BYTES_MAX, RPC_ERRORS } from "./protocol.js";

/** With less room than this no further request of a batch is begun. */
const ROOM_LEAST = 4096;

/** A line as JSON, or why it is none. */
export type Parsed = { readonly payload: unknown; readonly requests: number } | { readonly refusal: string };

export class Dispatcher {
  constructor(
    private readonly registry: MethodRegistry,
    private readonly counts: ControlCounts,
    private readonly responseBytesMax: number = RESPONSE_BYTES_MAX,
  ) {}

  /** Never throws. `requests` is what the line costs of the client's rate. */
  parse(line: string): Parsed {
    let payload: unknown;
    try {
      payload = JSON.parse(line);
    } catch {
      this.counts["requests-malformed"]++;
      return { refusal: errorText(null, RPC_ERRORS.parse, "a JSON value on one line was expected") };
    }
    if (!Array.isArray(payload)) return { payload, requests: 1 };
    if (payload.length >= 1 && payload.length <= BATCH_REQUESTS_MAX) {
      return { payload, requests: payload.length };
    }
    this.counts["requests-malformed"]++;
    const message = `a batch of 1 to ${BATCH_REQUESTS_MAX} requests was expected, found ${payload.length}`;
    return { refusal: errorText(null, RPC_ERRORS.invalidRequest, message) };
  }

  /** The response line without its line feed; undefined when none is due. Never rejects. */
  async answer(payload: unknown, caller: Caller): Promise<string | undefined> {
    if (!Array.isArray(payload)) return this.answerOne(payload, caller, this.responseBytesMax);
    const texts: string[] = [];
    let room = this.responseBytesMax;
    for (const request of payload) {
      const text = await this.answerOne(request, caller, room);
      if (text === undefined) continue;
      texts.push(text);
      room -= Buffer.byteLength(text) + 1;
    }
    return texts.length === 0 ? undefined : `[${texts.join(",")}]`;
  }

  /** The answer to a request that comes too early. */
  limited(payload: unknown, retryAfterMs: number): string {
    this.counts["requests-limited"]++;
    const message = `too many requests: this one will be taken in ${retryAfterMs} ms`;
    return errorText(idOf(payload), RPC_ERRORS.tooManyRequests, message, { retryAfterMs });
  }

  private async answerOne(request: unknown, caller: Caller, room: number): Promise<string | undefined> {
    if (room < ROOM_LEAST) return this.tooLarge(idOf(request));
    try {
      const response = await this.registry.receive(request, caller);
      if (response === null) return undefined;
      const text = JSON.stringify(response);
      return Buffer.byteLength(text) <= room ? text : this.tooLarge(response.id);
    } catch {
      // What a method gave can't be written as JSON.
      this.counts.errors++;
      return errorText(idOf(request), RPC_ERRORS.internal, "the answer can't be written as JSON");
    }
  }

  private tooLarge(id: JSONRPCID): string {
    this.counts["responses-oversized"]++;
    const message = `the response would be over ${this.responseBytesMax} bytes: ask for less at once`;
    return errorText(id, RPC_ERRORS.responseTooLarge, message);
  }
}

export function errorText(id: JSONRPCID, code: number, message: string, data?: object): string {
  return JSON.stringify(createJSONRPCErrorResponse(id, code, message, data));
}
