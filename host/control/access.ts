// Which role a client has: by its account, else by its groups.
// Apart from the server, which only hands over the socket, and from the roles, which know nothing of accounts.
// Always holds: who can't be known is the least; only /etc/passwd and /etc/group are read, when a client connects.

import type { Socket } from "node:net";
import { printable } from "../errors.js";
import { Caller } from "./caller.js";
import { groupId } from "./group.js";
import { type Peer, peerOf } from "./peer.js";
import type { Role } from "./roles.js";
import { userName } from "./user.js";

export interface AccessOptions {
  /** Names of groups; undefined: nobody by a group. */
  readonly operators?: string | undefined;
  readonly admins?: string | undefined;
  /** The account that strayd becomes. */
  readonly owner?: { readonly uid: number } | undefined;
  /** For tests. */
  readonly peerOf?: (socket: Socket) => Peer | undefined;
  readonly groupId?: (name: string) => number | undefined;
  readonly userName?: (uid: number) => string | undefined;
}

const ROOT = 0;

export class Access {
  /** root, the account that strayd runs as, and the one that it was started as. */
  private readonly own: ReadonlySet<number>;

  constructor(private readonly options: AccessOptions = {}) {
    const startedAs = process.getuid?.();
    const accounts = [ROOT, startedAs, options.owner?.uid];
    this.own = new Set(accounts.filter((uid) => uid !== undefined));
  }

  callerOf(socket: Socket): Caller {
    const peer = (this.options.peerOf ?? peerOf)(socket);
    const howTo = (role: Role) => this.howTo(role);
    if (peer === undefined) return new Caller({ peer, user: "somebody unknown", role: "viewer", howTo });
    const user = (this.options.userName ?? userName)(peer.uid) ?? `uid ${peer.uid}`;
    return new Caller({ peer, user, role: this.roleOf(peer), howTo });
  }

  roleOf(peer: Peer): Role {
    const { admins, operators } = this.options;
    if (this.own.has(peer.uid) || this.isMember(peer, admins)) return "admin";
    return this.isMember(peer, operators) ? "operator" : "viewer";
  }

  private isMember(peer: Peer, group: string | undefined): boolean {
    const id = group === undefined ? undefined : (this.options.groupId ?? groupId)(group);
    return id !== undefined && peer.groups.includes(id);
  }

  private howTo(role: Role): string {
    const { admins, operators } = this.options;
    const groups = [role === "operator" ? operators : undefined, admins].filter((name) => name !== undefined);
    if (groups.length === 0) return "only root and strayd's own account may (control.admins names no group)";
    return `become a member of the group ${groups.map(printable).join(" or ")}, then log in anew`;
  }
}
