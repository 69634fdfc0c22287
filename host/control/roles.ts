// Who may do what over the control socket: three roles, and for each method the least role that may call it.
// Apart from the methods because who may is one question, asked in one place for all of them.
// Always holds: each role may what those before it may; a method without a line here can't be added.

import type { ControlMethod } from "./protocol.js";

/** Least first. */
export const ROLES = ["viewer", "operator", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** viewer looks, operator works with what was found, admin decides over the link and the sensor itself. */
export const METHOD_ROLES: Readonly<Record<ControlMethod, Role>> = {
  "v1.session": "viewer",
  "v1.hello": "viewer",
  "v1.status": "viewer",
  "v1.counters": "viewer",
  "v1.flows": "viewer",
  "v1.reload": "operator",
  "v1.stop": "admin",
  "v1.alerts.list": "viewer",
  "v1.rules.list": "viewer",
  "v1.incidents.list": "viewer",
  "v1.incidents.show": "viewer",
  "v1.incidents.update": "operator",
  "v1.incidents.mute": "operator",
  "v1.incidents.mutes": "viewer",
  "v1.incidents.unmute": "operator",
  "v1.incidents.export": "viewer",
  "v1.dark.list": "viewer",
  "v1.dark.explain": "viewer",
  "v1.dark.export": "viewer",
  "v1.dark.import": "operator",
  "v1.dark.forget": "operator",
  "v1.bypass.show": "viewer",
  "v1.bypass.set": "admin",
  "v1.bypass.test": "admin",
};

export function isRole(value: unknown): value is Role {
  return ROLES.includes(value as Role);
}

export function mayAct(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

export function lesserOf(one: Role, other: Role): Role {
  return mayAct(one, other) ? other : one;
}
