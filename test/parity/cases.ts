// Every made capture, by name. Apart from the lists so that the runner and the tests import one thing.
// Always holds: names are unique, and are file names.

import { DATAGRAM_CASES } from "./cases/datagrams.js";
import { LAYER_CASES } from "./cases/layers.js";
import { type Case, writeCase } from "./cases/make.js";
import { TCP_CASES } from "./cases/tcp.js";

export type { Case };
export { writeCase };

export const CASES: readonly Case[] = [...TCP_CASES, ...DATAGRAM_CASES, ...LAYER_CASES];
