// Hidden connections of a case: the fit over its source ports, and over its IP IDs where they count up, with what a plot
// needs.
// Apart from the fit (host/hidden/), which knows numbers only.
// Always holds: no estimate without a line; points are bounded and keep the order of time.

import { endsOf } from "../cause/questions.js";
import { modulo } from "../hidden/candidates.js";
import { fitIpIds, fitPorts, type PortFit, type SequentialFit } from "../hidden/fit.js";
import { sampledInTime } from "../hidden/sample.js";
import { actors, type Look, sent } from "./features/look.js";
import type { Hidden, HiddenPoint, LinePiece } from "./model.js";

const POINTS_MAX = 400;
const PIECES_MAX = 64;
/** With fewer it is not worth saying that they are too few. */
const POINTS_LEAST = 2;
const PORTED: ReadonlySet<number> = new Set([6, 17, 132]);

interface Value {
  readonly timeUs: number;
  readonly value: number;
  readonly flow: string;
}

export function hiddenOf(look: Look): Hidden[] {
  if (actors(look).length !== 1) return [];
  const ports = portValues(look);
  const found: Hidden[] = [];
  // Of who answers, as a flood's victim does, the port is the service's.
  if (look.kind !== "target" && ports.length >= POINTS_LEAST) {
    const fit = fitPorts(ports.map(({ timeUs, value }) => ({ timeUs, port: value })));
    found.push(hidden("source-port", portText(fit, ports), fit, ports));
  }
  const ids = idValues(look);
  const idFit = fitIpIds(ids.map(({ timeUs, value }) => ({ timeUs, id: value })));
  if (idFit.kind === "sequential" && idFit.estimated > idFit.seen)
    found.push(hidden("ip-id", idText(idFit), idFit, ids));
  return found;
}

function portValues({ flows }: Look): Value[] {
  return flows
    .filter((flow) => PORTED.has(flow.proto) && endsOf(flow).actor.port > 0)
    .map((flow) => ({ timeUs: flow.startUs, value: endsOf(flow).actor.port, flow: flow.id }));
}

/** Of the packets where they are there, else the last of each flow. */
function idValues(look: Look): Value[] {
  if (look.packets.length > 0) {
    return sent(look)
      .filter(({ ipId }) => ipId > 0)
      .map(({ timeUs, ipId, flow }) => ({ timeUs, value: ipId, flow }));
  }
  return look.flows.flatMap((flow) => {
    const { idLast } = endsOf(flow).acts;
    return idLast === undefined ? [] : [{ timeUs: flow.endUs, value: idLast, flow: flow.id }];
  });
}

function portText(fit: PortFit, ports: readonly Value[]): string {
  const count = new Set(ports.map(({ value }) => value)).size;
  if (fit.kind === "too-few") {
    return (
      `how many connections were not seen can't be said: ${ports.length} flows from ` +
      `${count} source ${count === 1 ? "port" : "ports"} are too little for it`
    );
  }
  if (fit.kind === "not-sequential") return `how many connections were not seen can't be said: ${fit.reason}`;
  if (fit.estimated < fit.seen) {
    return `by its source ports the source opened no more connections than were seen (${fit.seen})`;
  }
  const range = `source ports ${ports[0]!.value} to ${ports.at(-1)!.value}`;
  const wrapped = fit.wrapped === 0 ? "" : ` (round ${times(fit.wrapped)})`;
  const every = fit.step === 1 ? "" : `, each taking ${fit.step} ports`;
  return (
    `about ${rate(fit.rate)} hidden connections a second (${rate(fit.rateLow)} to ${rate(fit.rateHigh)}): ` +
    `${range}${wrapped} in ${seconds(fit)} mean about ${fit.estimated} connections opened${every}, ` +
    `of which ${fit.seen} were seen${outliers(fit)}`
  );
}

function idText(fit: SequentialFit): string {
  return (
    `by its IP IDs, which count up, the source sent about ${rate(fit.rate)} packets a second to everybody ` +
    `(${rate(fit.rateLow)} to ${rate(fit.rateHigh)}): about ${fit.estimated} in ${seconds(fit)}, ` +
    `of which ${fit.seen} were seen${outliers(fit)}`
  );
}

function outliers({ outliers: count, seen }: SequentialFit): string {
  return count === 0 ? "" : `; ${count} of ${count + seen} are not on the line`;
}

function seconds({ spanSeconds }: SequentialFit): string {
  return `${spanSeconds < 10 ? spanSeconds.toFixed(1) : Math.round(spanSeconds)} s`;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function rate(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toFixed(value >= 0.1 ? 1 : 3);
}

function hidden(counter: Hidden["counter"], text: string, fit: PortFit, values: readonly Value[]): Hidden {
  const kept = sampledInTime(values, POINTS_MAX);
  return {
    counter,
    text,
    fit,
    points: kept.map((value) => pointOf(value, fit)),
    pointsLeftOut: values.length - kept.length,
    line: fit.kind === "sequential" ? lineOf(fit, values) : [],
  };
}

function pointOf({ timeUs, value, flow }: Value, fit: PortFit): HiddenPoint {
  if (fit.kind !== "sequential") return { timeUs, value, flow, isOnLine: false };
  const { slope, intercept, startUs, rangeLow, rangeSize, tolerance } = fit;
  const off = modulo(value - rangeLow - intercept - (slope * (timeUs - startUs)) / 1e6, rangeSize);
  return { timeUs, value, flow, isOnLine: Math.min(off, rangeSize - off) <= tolerance + 1 };
}

/** From the first value to the last; broken where the counter goes round. Empty of too many rounds. */
function lineOf(fit: SequentialFit, values: readonly Value[]): LinePiece[] {
  const { slope, intercept, startUs, rangeLow, rangeSize } = fit;
  const at = (us: number): number => intercept + (slope * (us - startUs)) / 1e6;
  const when = (height: number): number => startUs + ((height - intercept) / slope) * 1e6;
  const [fromUs, toUs] = [values[0]!.timeUs, values.at(-1)!.timeUs];
  const first = Math.floor(at(fromUs) / rangeSize);
  const last = Math.floor(at(toUs) / rangeSize);
  if (last - first >= PIECES_MAX) return [];
  const pieces: LinePiece[] = [];
  for (let round = first; round <= last; round++) {
    const [low, high] = [round * rangeSize, (round + 1) * rangeSize];
    const from = Math.max(at(fromUs), low);
    const to = Math.min(at(toUs), high);
    if (to <= from) continue;
    pieces.push({
      fromUs: round === first ? fromUs : when(from),
      fromValue: rangeLow + from - low,
      toUs: round === last ? toUs : when(to),
      toValue: rangeLow + to - low,
    });
  }
  return pieces;
}
