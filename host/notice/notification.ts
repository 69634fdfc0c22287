// A notice as SNMP tells it: which notification of the MIB it is, and the objects that go with it.
// Apart, and only types, so that senders know nothing of the MIB.

import type { Oid } from "../snmp/oid.js";
import type { Instance } from "../snmp/view.js";
import type { Notice } from "./notice.js";

export interface Notification {
  /** snmpTrapOID. */
  readonly oid: Oid;
  readonly objects: readonly Instance[];
}

export type NotificationOf = (notice: Notice) => Notification;
