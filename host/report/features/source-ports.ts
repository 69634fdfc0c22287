// How the source takes its ports. Apart: one feature.
// Always holds: of protocols with ports; flows in the order of time, each next to the one before.

import { endsOf } from "../../cause/questions.js";
import { actors, type FeatureTest, type Look } from "./look.js";
import { commonest, feature, flowException, MOST, share } from "./words.js";

const KEY = "source-ports";
const LEAST = 3;

export const sourcePorts: FeatureTest = {
  key: KEY,
  about: "source ports that go up from flow to flow, or are one",
  tell: (look) => {
    if (actors(look).length !== 1) return undefined;
    const flows = look.flows.filter(
      (flow) => endsOf(flow).actor.port > 0 && flow.proto !== 1 && flow.proto !== 58,
    );
    if (flows.length < LEAST) return undefined;
    return onePort(look, flows) ?? goingUp(look, flows);
  },
};

type Flows = Look["flows"];

function onePort(look: Look, flows: Flows) {
  const best = commonest(flows, (flow) => endsOf(flow).actor.port);
  if (best === undefined || best.holds < flows.length * MOST) return undefined;
  return feature({
    key: KEY,
    text: `${share(best.holds, flows.length, "flow")} ${best.holds === 1 ? "comes" : "come"} from one source port: ${best.value}`,
    holds: best.holds,
    of: flows.length,
    unit: "flows",
    exceptions: best.others.map((flow) => flowException(look, flow, "another")),
  });
}

function goingUp(look: Look, flows: Flows) {
  const portOf = (flow: Flows[number]): number => endsOf(flow).actor.port;
  const later = flows.slice(1);
  const down = later.filter((flow, index) => portOf(flow) <= portOf(flows[index]!));
  const up = later.length - down.length;
  if (up < later.length * MOST) return undefined;
  const [first, last] = [portOf(flows[0]!), portOf(flows.at(-1)!)];
  return feature({
    key: KEY,
    text: `source ports go up from flow to flow${down.length === 0 ? "" : ` ${up} of ${later.length} times`}: ${first} to ${last}`,
    holds: up,
    of: later.length,
    unit: "flows",
    exceptions: down.map((flow) => flowException(look, flow, `back to ${portOf(flow)}`)),
  });
}
