// What the methods `v1.bypass.*` take and give.
// Apart, and only types, because the command line starts quickly only if it loads little.

import type { BypassReport, BypassTestReport, InlineReport } from "../sensor/view.js";

export interface InlineMethods {
  /** How the sensor stands in the wire, as in `v1.status`. */
  "v1.bypass.show": { params: undefined; result: InlineReport };
  "v1.bypass.set": { params: { readonly on: boolean }; result: BypassReport };
  /** Takes a second or more. */
  "v1.bypass.test": { params: undefined; result: BypassTestReport };
}
