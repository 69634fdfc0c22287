// The evidence that one flow gives: for each key of the table, whether it holds, by what number, and its sentence.
// Apart from the weights because this is observation, and the same whichever cause asks.
// Always holds: each key once.

import { CONVERSATION_TESTS } from "./conversation-evidence.js";
import type { FlowTest } from "./flow-test.js";
import { ODDITY_TESTS } from "./oddity-evidence.js";

export const FLOW_TESTS: Readonly<Record<string, FlowTest>> = { ...CONVERSATION_TESTS, ...ODDITY_TESTS };
