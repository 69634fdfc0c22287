// The methods that a client can call, by name, and how their failures become JSON-RPC errors.
// Apart from the sensor's methods so that later parts (rules, incidents) add theirs to the same table.
// Always holds: what is no request never reaches the library; a failure that is not a StrayError tells the client
// nothing of our insides, and is logged.

import {
  createJSONRPCErrorResponse,
  JSONRPCErrorException,
  type JSONRPCID,
  type JSONRPCRequest,
  type JSONRPCResponse,
  JSONRPCServer,
} from "json-rpc-2.0";
import { messageOf, printable, StrayError } from "../errors.js";
import type { AuditOutcome, AuditSink } from "./audit-entry.js";
import type { Caller } from "./caller.js";
import type { ControlCounts } from "./counts.js";
import { RPC_ERRORS } from "./protocol.js";
import { METHOD_ROLES, type Role } from "./roles.js";

export type ControlLog = (level: "info" | "warn" | "error", message: string, data?: object) => void;

/** @throws StrayError what the sensor refuses; JSONRPCErrorException wrong parameters. */
export type MethodHandler = (params: unknown, caller: Caller) => unknown;

const METHOD_NAME = /^v[1-9]\d*(?:\.[a-z][a-z-]*)+$/;
const SHOWN_NAME_LENGTH = 64;
/** The one that says who asks, so that it counts as no question. */
const SESSION = "v1.session";
/** What everybody may is not written down. */
const LEAST: Role = "viewer";

export class MethodRegistry {
  private readonly rpc = new JSONRPCServer<Caller>({ errorListener: () => undefined });
  private readonly known: string[] = [];

  constructor(
    private readonly counts: ControlCounts,
    private readonly log: ControlLog,
    /** Hears of each call that needs more than the least role. */
    private readonly audit: AuditSink = () => undefined,
    private readonly roles: Readonly<Record<string, Role>> = METHOD_ROLES,
  ) {
    this.rpc.handleMethodNotFound = async ({ id, method }) =>
      id === undefined
        ? null
        : createJSONRPCErrorResponse(id, RPC_ERRORS.methodNotFound, this.unknown(method));
    this.rpc.mapErrorToJSONRPCErrorResponse = (id, error) => this.errorResponse(id, error);
  }

  /** Names in the order in which they were added. */
  get names(): readonly string[] {
    return this.known;
  }

  /** `name`: version, then words: `v1.status`, `v1.rules.list`. Each can be added once, and has a role. */
  add(name: string, handler: MethodHandler): void {
    if (!METHOD_NAME.test(name) || this.rpc.hasMethod(name)) {
      throw new TypeError(`not a name for a new method: ${name}`);
    }
    const needed = Object.hasOwn(this.roles, name) ? this.roles[name] : undefined;
    if (needed === undefined) throw new TypeError(`no role says who may call ${name}`);
    this.known.push(name);
    this.rpc.addMethod(name, async (params, caller) => {
      const tell = (outcome: AuditOutcome, error?: unknown) => {
        if (needed === LEAST && !isRoleRefused(error)) return;
        this.audit({ caller, method: name, params, outcome, error: errorWord(error) });
      };
      try {
        if (name !== SESSION) caller.ask();
        caller.expect(needed, name);
        const result = await handler(params, caller);
        tell("done");
        return result;
      } catch (error) {
        this.counts.errors++;
        if (isRoleRefused(error)) this.counts["requests-forbidden"]++;
        tell(isRoleRefused(error) ? "refused" : "failed", error);
        if (!isForTheClient(error)) {
          const reason = messageOf(error);
          this.log("error", `control: ${name} failed: ${printable(reason)}`, { method: name });
        }
        throw error;
      }
    });
  }

  /** The response, or null for a notification. Never rejects. */
  async receive(request: unknown, caller: Caller): Promise<JSONRPCResponse | null> {
    if (!isRequest(request)) {
      this.counts["requests-malformed"]++;
      return createJSONRPCErrorResponse(
        idOf(request),
        RPC_ERRORS.invalidRequest,
        'a request is an object with "jsonrpc": "2.0", "method", and where an answer is wanted "id"',
      );
    }
    this.counts.requests++;
    return await this.rpc.receive(request, caller);
  }

  private unknown(method: string): string {
    this.counts.errors++;
    const shown = printable(method.slice(0, SHOWN_NAME_LENGTH));
    return `no method is called "${shown}"; there are ${this.known.join(", ")}`;
  }

  private errorResponse(id: JSONRPCID, error: unknown): JSONRPCResponse & { error: object } {
    if (error instanceof StrayError) {
      const { code, exitCode } = error;
      return createJSONRPCErrorResponse(id, RPC_ERRORS.sensor, error.message, { code, exitCode });
    }
    if (error instanceof JSONRPCErrorException) {
      return createJSONRPCErrorResponse(id, error.code, error.message, error.data);
    }
    return createJSONRPCErrorResponse(id, RPC_ERRORS.internal, "strayd failed at this; its log says why");
  }
}

/** For handlers: the parameters are not what the method takes. */
export function invalidParams(message: string): JSONRPCErrorException {
  return new JSONRPCErrorException(message, RPC_ERRORS.invalidParams);
}

/** For methods without parameters: none, `{}` or `[]` were given. */
export function expectNoParams(params: unknown): void {
  if (params === undefined || params === null) return;
  if (typeof params === "object" && Object.keys(params).length === 0) return;
  throw invalidParams("this method takes no parameters");
}

/** The request's id where it has a valid one, else null (JSON-RPC 2.0, section 5). */
export function idOf(request: unknown): JSONRPCID {
  if (typeof request !== "object" || request === null || !("id" in request)) return null;
  return isId(request.id) ? request.id : null;
}

function isId(id: unknown): id is JSONRPCID {
  return id === null || typeof id === "string" || typeof id === "number";
}

function isRequest(request: unknown): request is JSONRPCRequest {
  if (typeof request !== "object" || request === null || Array.isArray(request)) return false;
  const { jsonrpc, method, id, result, error } = request as Record<string, unknown>;
  return (
    jsonrpc === "2.0" &&
    typeof method === "string" &&
    (id === undefined || isId(id)) &&
    result === undefined &&
    error === undefined
  );
}

function isRoleRefused(error: unknown): boolean {
  return error instanceof StrayError && error.code === "CONTROL_ROLE";
}

function errorWord(error: unknown): string | undefined {
  if (error === undefined) return undefined;
  if (error instanceof StrayError) return error.code;
  return error instanceof JSONRPCErrorException ? String(error.code) : "INTERNAL";
}

function isForTheClient(error: unknown): boolean {
  return error instanceof StrayError || error instanceof JSONRPCErrorException;
}
