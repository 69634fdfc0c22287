// What the options of `stray flows` ask for, and what can't be asked together.
// Apart from the work so that it can be tested without a sensor.
// Always holds: every error here is a usage error (exit code 2) that names the option.

import type { FlowsParams } from "../../control/protocol.js";
import { StrayError } from "../../errors.js";
import type { FlowsOptions } from "../flows-command.js";
import { recordRange } from "../read-options.js";

const TOP_WITH_BY = 10;

/** The filter's words behind the options, and every --filter, as one filter; empty for all flows. */
export function filterText(words: readonly string[], filters: readonly string[]): string {
  // As with `stray read`, a - may stand before the filter.
  const own = words[0] === "-" || words[0] === "--" ? words.slice(1) : words;
  const parts = [...filters, own.join(" ")].filter((part) => part.trim() !== "");
  // "and" and "or" bind alike, so each part needs its own parentheses.
  return parts.length === 1 ? parts[0]! : parts.map((part) => `(${part})`).join(" and ");
}

export interface Wanted {
  /** Which of those that pass are printed, from 1, both ends included. */
  readonly first: number;
  readonly last: number;
  readonly top: number | undefined;
  readonly by: NonNullable<FlowsParams["sort"]> | undefined;
  readonly isStored: boolean;
}

export function wanted(options: FlowsOptions): Wanted {
  const { N: range, top, by, from, to, store } = options;
  const isStored = from !== undefined || to !== undefined;
  if (store !== undefined && !isStored) {
    throw new StrayError(
      "USAGE",
      "--store goes with --from or --to: without them flows are live, of strayd",
      2,
    );
  }
  return {
    ...(range === undefined ? { first: 1, last: Number.POSITIVE_INFINITY } : recordRange(range)),
    top: top ?? (by === undefined ? undefined : TOP_WITH_BY),
    by: top === undefined && by === undefined ? undefined : (by ?? "bytes"),
    isStored,
  };
}
