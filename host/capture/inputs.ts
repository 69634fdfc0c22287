// What the named inputs are, packets or flow records, found from their first bytes; and their opening after that.
// Apart from the readers because those differ, and what can't be read twice must be opened only once.
// Always holds: names say nothing, contents do; what can't be opened is left for the reader to tell of.

import { StrayError } from "../errors.js";
import { isIpfix } from "../ipfix/file-reader.js";
import { PrefixedSource } from "./pipe-source.js";
import { CaptureProblem, fileLabel } from "./problem.js";
import { type ByteSource, openSource } from "./source.js";

export type OpenInput = (file: string) => Promise<ByteSource>;

export interface Inputs {
  readonly kind: "packets" | "flows";
  /** As openSource(); each file once. */
  readonly open: OpenInput;
  /** Closes what was opened to look at it and not asked for since. */
  close(): Promise<void>;
}

const HEAD_SIZE = 4;

/** @throws StrayError when both kinds are among the files. */
export async function lookAtInputs(files: readonly string[]): Promise<Inputs> {
  const held = new Map<string, ByteSource>();
  const close = async () => {
    for (const source of held.values()) await source.close();
    held.clear();
  };
  const open: OpenInput = async (file) => {
    const source = held.get(file);
    held.delete(file);
    return source ?? openSource(file);
  };
  const flows: string[] = [];
  const packets: string[] = [];
  for (const file of files) {
    const kind = await lookAt(file, held);
    if (kind !== undefined) (kind === "flows" ? flows : packets).push(file);
  }
  const [flow] = flows;
  const [packet] = packets;
  if (flow !== undefined && packet !== undefined) {
    await close();
    const message =
      `${fileLabel(flow)} has flow records (IPFIX) and ${fileLabel(packet)} has packets: ` +
      "they can't be read together, give them to a command each";
    throw new StrayError("INPUT_MIXED", message, 2);
  }
  return { kind: flow === undefined ? "packets" : "flows", open, close };
}

/** Undefined for what can't be opened or read. */
async function lookAt(file: string, held: Map<string, ByteSource>): Promise<Inputs["kind"] | undefined> {
  let source: ByteSource;
  try {
    source = await openSource(file);
  } catch (error) {
    if (error instanceof CaptureProblem) return undefined;
    throw error;
  }
  const head = new Uint8Array(HEAD_SIZE);
  let there = 0;
  let problem: CaptureProblem | undefined;
  try {
    for (let size = 1; size > 0 && there < HEAD_SIZE; there += size)
      size = await source.read(head.subarray(there));
  } catch (error) {
    if (!(error instanceof CaptureProblem)) throw error;
    problem = error;
  }
  if (source.rewindable) await source.close();
  else held.set(file, new PrefixedSource(head.subarray(0, there), source, problem));
  if (problem) return undefined;
  return isIpfix(head) ? "flows" : "packets";
}
