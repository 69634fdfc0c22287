// `v1.incidents.*`: checks what is asked for, asks the database, lets the operator's hand do the changes.
// Apart from the sensor's methods because there are incidents only where they are kept.
// Always holds: parameters are checked before anything is touched; what waits to be written is written before an
// answer, where the disk lets it; a page stays far below what a response may have.

import type { IncidentEngine } from "../incident/engine.js";
import type { IncidentStore } from "../incident/incident-store.js";
import type { Incident } from "../incident/model.js";
import { IncidentOperator } from "../incident/operator.js";
import {
  exportParams,
  listParams,
  muteParams,
  noParams,
  showParams,
  unmuteParams,
  updateParams,
} from "./incident-params.js";
import type { IncidentMethods } from "./incident-protocol.js";
import { queryOf } from "./incident-query.js";
import { invalidParams, type MethodRegistry } from "./methods.js";

/** Of a page of whole incidents, by about one of them. */
const EXPORT_BYTES = 1 << 20;

type Params<M extends keyof IncidentMethods> = IncidentMethods[M]["params"];
type Result<M extends keyof IncidentMethods> = IncidentMethods[M]["result"];

/** `engine`: what answers now, a reload may put another in its place; it throws StrayError where there is none. */
export function addIncidentMethods(registry: MethodRegistry, engine: () => IncidentEngine): void {
  const add = <M extends keyof IncidentMethods>(
    name: M,
    check: (params: unknown) => Params<M>,
    handle: (engine: IncidentEngine, params: Params<M>) => Result<M>,
  ): void => registry.add(name, (params) => handle(engine(), check(params)));

  add("v1.incidents.list", listParams, (it, params) => {
    const { incidents, next } = current(it).list(queryOf(params));
    return { count: incidents.length, incidents, next };
  });
  add("v1.incidents.show", showParams, (it, { id }) => whole(current(it), it, id));
  add("v1.incidents.update", updateParams, (it, { ids, action, text = "", who = "", into }) => {
    const operator = operatorOf(it);
    // All of them are known, or nothing is changed.
    const store = current(it);
    for (const id of ids) it.book.byId(id);
    const changed = ids.map((id) =>
      operator.update({ id, action, text, who, ...(into === undefined ? {} : { into }) }),
    );
    return { incidents: changed.flatMap((id) => store.summary(it.book.byId(id).number) ?? []) };
  });
  add("v1.incidents.mute", muteParams, (it, { until, who = "", ...rest }) =>
    operatorOf(it).mute({ ...rest, who, untilMs: until ?? null }),
  );
  add("v1.incidents.mutes", noParams, (it) => ({
    mutes: it.book.mutes.all.map(({ isDirty: _, ...mute }) => mute),
  }));
  add("v1.incidents.unmute", unmuteParams, (it, { number }) => operatorOf(it).unmute(number));
  add("v1.incidents.export", exportParams, (it, params) => {
    const store = current(it);
    if (params.ids !== undefined) return named(store, it, params.ids, params.after);
    const { incidents, next } = store.full(queryOf(params), EXPORT_BYTES);
    return { count: incidents.length, incidents, next };
  });
}

/** What the database has, with what waited. */
function current({ book, now }: IncidentEngine): IncidentStore {
  try {
    book.flushAll(now());
  } catch {
    // The disk is full, say: what is in the file is answered, and the state says why it is not of this moment.
  }
  return book.reader;
}

function operatorOf({ book, now }: IncidentEngine): IncidentOperator {
  return new IncidentOperator(book, now);
}

function whole(store: IncidentStore, { book }: IncidentEngine, id: string): Incident {
  const live = book.byId(id);
  const incident = store.show(live.number);
  if (incident === undefined) throw invalidParams(`${id} is gone`);
  return incident;
}

/** `after`: how many of `ids` the pages before had. */
function named(
  store: IncidentStore,
  engine: IncidentEngine,
  ids: readonly string[],
  after = "0",
): Result<"v1.incidents.export"> {
  const incidents: Incident[] = [];
  let bytes = 0;
  let at = Number.parseInt(after, 10);
  for (; at < ids.length && bytes < EXPORT_BYTES; at++) {
    const incident = whole(store, engine, ids[at]!);
    bytes += JSON.stringify(incident).length;
    incidents.push(incident);
  }
  return { count: incidents.length, incidents, next: at < ids.length ? `${at}-0` : null };
}
