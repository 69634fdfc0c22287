// One connection's caller: who it is, which role it has, and what it says of where it comes from.
// Apart from the connection because methods, refusals and the audit log need it, and none of its bytes.
// Always holds: the role comes from the kernel's word alone and is only ever lowered; what a client says of itself is
// taken once, before its first question, bounded, and believed by nobody.

import { printable, StrayError } from "../errors.js";
import { invalidParams } from "./methods.js";
import type { Peer } from "./peer.js";
import type { SessionParams, SessionReport } from "./protocol.js";
import { isRole, mayAct, ROLES, type Role } from "./roles.js";

/** Of `from` and `via`. */
export const SESSION_TEXT_MAX = 128;
const PARAMETERS = ["role", "from", "via"];

export interface CallerParts {
  readonly peer: Peer | undefined;
  /** The account's name, or what there is in its place. */
  readonly user: string;
  readonly role: Role;
  /** How a role is had here, for refusals: "being a member of the group stray-admins". */
  readonly howTo: (role: Role) => string;
}

export class Caller {
  readonly peer: Peer | undefined;
  readonly user: string;
  /** By account and groups. */
  readonly granted: Role;
  from: string | undefined;
  via: string | undefined;
  private lowered: Role;
  private hasAsked = false;
  private readonly howTo: (role: Role) => string;

  constructor({ peer, user, role, howTo }: CallerParts) {
    this.peer = peer;
    this.user = user;
    this.granted = role;
    this.lowered = role;
    this.howTo = howTo;
  }

  get role(): Role {
    return this.lowered;
  }

  /** @throws StrayError CONTROL_ROLE when the role does not suffice. */
  expect(needed: Role, what: string): void {
    if (mayAct(this.role, needed)) return;
    const isLowered = mayAct(this.granted, needed);
    const advice = isLowered
      ? `${printable(this.user)} is ${this.granted}, but this connection was made as ${this.role}`
      : `${printable(this.user)} is ${this.role} here; ${this.howTo(needed)}`;
    throw new StrayError("CONTROL_ROLE", `${what} needs the role ${needed}: ${advice}`, 2);
  }

  /** Marks that something was asked: from then on the session stays as it is. */
  ask(): void {
    this.hasAsked = true;
  }

  /** @throws StrayError CONTROL_ROLE for a higher role, CONTROL_SESSION when it comes too late. */
  begin(params: unknown): SessionReport {
    const { role, from, via } = checked(params);
    if (this.hasAsked) {
      const message = "a session is told before anything is asked, and once: connect anew";
      throw new StrayError("CONTROL_SESSION", message, 2);
    }
    // Also when refused: nobody tries one role after the other.
    this.hasAsked = true;
    if (role !== undefined && !mayAct(this.granted, role)) {
      const advice = `${printable(this.user)} is ${this.granted} here; ${this.howTo(role)}`;
      throw new StrayError("CONTROL_ROLE", `a session can't be raised to ${role}: ${advice}`, 2);
    }
    this.lowered = role ?? this.lowered;
    this.from = from;
    this.via = via;
    return { role: this.role, user: this.user };
  }
}

function checked(params: unknown): SessionParams {
  if (params === undefined || params === null) return {};
  if (typeof params !== "object" || Array.isArray(params))
    throw invalidParams("parameters by name were expected");
  const unknown = Object.keys(params).find((key) => !PARAMETERS.includes(key));
  if (unknown !== undefined)
    throw invalidParams(`no parameter of that name; there are ${PARAMETERS.join(", ")}`);
  const { role, from, via } = params as Record<string, unknown>;
  if (role !== undefined && !isRole(role))
    throw invalidParams(`role: one of ${ROLES.join(", ")} was expected`);
  return {
    ...(role === undefined ? {} : { role }),
    ...text("from", from),
    ...text("via", via),
  };
}

function text<K extends string>(key: K, value: unknown): { [P in K]?: string } {
  if (value === undefined) return {};
  if (typeof value === "string" && value.length <= SESSION_TEXT_MAX)
    return { [key]: value } as { [P in K]?: string };
  throw invalidParams(`${key}: a text of at most ${SESSION_TEXT_MAX} characters was expected`);
}
