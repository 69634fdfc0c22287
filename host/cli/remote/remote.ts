// Which sensors a command asks, and how: what -H and its companions come to.
// Apart so that a command's declaration and its work share the type and load nothing for it.

import type { Destination } from "../../remote/destination.js";

export interface Remote {
  /** One at least. */
  readonly hosts: readonly Destination[];
  readonly timeoutMs: number;
  readonly form: "text" | "json" | "csv";
  /** The first line of CSV names its columns. */
  readonly hasHeader: boolean;
  /** It goes on until it is interrupted. */
  readonly isStream: boolean;
}
