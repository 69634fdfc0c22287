// Values of options that are networks. Apart because several commands take them.
// Always holds: what is answered is an address or a network that every part of stray understands.

import { InvalidArgumentError } from "commander";
import { isNetwork } from "../config/names.js";

/** @throws InvalidArgumentError */
export function networks(value: string, before: readonly string[] = []): string[] {
  if (isNetwork(value)) return [...before, value];
  throw new InvalidArgumentError("An address or a network such as 192.0.2.0/24 was expected.");
}
