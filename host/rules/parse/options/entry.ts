// What an option is to the parser and to the documentation.
// Apart because every family of options builds entries and one table joins them.
// Always holds: `form` and `meaning` are what docs/rules.md says; `read` refuses what it can't honour.

import type { RuleDraft } from "../draft.js";

export interface OptionEntry {
  readonly name: string;
  /** How it is written, for messages and documentation. */
  readonly form: string;
  readonly meaning: string;
  readonly value: "none" | "needed" | "optional";
  /** A second one in a rule is refused. */
  readonly once?: true;
  readonly read: (draft: RuleDraft, value: string) => void;
}
