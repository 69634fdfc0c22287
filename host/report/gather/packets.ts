// The third reading: the packets of the cases' flows, taken out by a rule that asks for their subjects' packets.
// Apart from the second one because that rule would mark every flow as matched.
// Always holds: PACKETS_A_CASE of a case and PACKETS_MAX in all; when all have as many, reading stops.

import type { Alert } from "../../alert/alert.js";
import { alertFlowId } from "../../alert/flow-key.js";
import { type CompiledRules, compileRules } from "../../rules/compile/compile.js";
import { parseRules } from "../../rules/parse/index.js";
import type { Limits } from "../../wasm/config.js";
import { type PacketFacts, packetFacts } from "../packet-facts.js";
import type { Gathered } from "./gather.js";
import { type PassInput, type PassResult, readOnce } from "./pass.js";

export const PACKETS_A_CASE = 20_000;
const PACKETS_MAX = 100_000;

export class PacketShelf {
  readonly packets: PacketFacts[] = [];

  constructor(
    readonly gathered: Gathered,
    private readonly max: number,
  ) {}

  get isFull(): boolean {
    return this.packets.length >= this.max;
  }

  take(alert: Alert, flow: string): void {
    const actor = this.gathered.actors.get(flow);
    if (actor === undefined) return;
    const facts = packetFacts(alert, {
      flow,
      isActor: actor.startsWith(`${alert.source} `) && isEnd(actor, alert),
      isLogged: this.gathered.logged.has(alert.packetIndex),
    });
    if (facts !== undefined) this.packets.push(facts);
  }
}

/** Both ends may have one address (land). */
function isEnd(actor: string, alert: Alert): boolean {
  return alert.source !== alert.destination || actor.endsWith(` ${alert.sport}`);
}

export async function readPackets(
  input: PassInput,
  limits: Limits,
  cases: readonly Gathered[],
): Promise<{ readonly shelves: readonly PacketShelf[]; readonly result: PassResult }> {
  const max = Math.min(PACKETS_A_CASE, Math.floor(PACKETS_MAX / Math.max(1, cases.length)));
  const shelves = cases.map((one) => new PacketShelf(one, max));
  const bySubject = new Map<string, PacketShelf[]>();
  for (const shelf of shelves) {
    const { subject } = shelf.gathered.live.columns;
    bySubject.set(subject, [...(bySubject.get(subject) ?? []), shelf]);
  }
  const enough = new AbortController();
  const result = await readOnce(input, {
    limits: { ...limits, detect: false, inspect: true, alertRate: 0 },
    rules: rulesFor([...bySubject.keys()], limits),
    signal: enough.signal,
    onAlert: (alert) => {
      const found = [alert.source, alert.destination].flatMap((address) => bySubject.get(address) ?? []);
      const open = [...new Set(found)].filter((shelf) => !shelf.isFull);
      if (open.length === 0) return;
      const flow = String(alertFlowId(alert));
      for (const shelf of open) shelf.take(alert, flow);
      if (shelves.every(({ isFull }) => isFull)) enough.abort();
    },
  });
  return { shelves, result };
}

/** One rule that takes out every packet from and to these addresses. */
export function rulesFor(subjects: readonly string[], { rulesLimit }: Limits): CompiledRules {
  const list = subjects.length === 1 ? subjects[0] : `[${subjects.join(",")}]`;
  const { rules, problems } = parseRules(`log ip ${list} any <> any any (msg:"report"; sid:1; rev:1;)\n`);
  const [problem] = problems;
  if (problem !== undefined) throw new Error(`the report's own rule is refused: ${problem.reason}`);
  return compileRules(rules, { limitBytes: rulesLimit });
}
