// `v1.flows`: checks what is asked for, and puts a page of flow records into a response.
// Apart from the other methods because it alone takes parameters and has two forms.
// Always holds: a page has no more records than its form allows; a misspelt parameter is an error, not ignored.

import { JsonPrinter } from "../print/json.js";
import { FIELDS } from "../record/fields.js";
import { FlowRecord } from "../record/flow-record.js";
import type { FlowQuery, SensorView, SortKey } from "../sensor/view.js";
import { invalidParams } from "./methods.js";
import {
  FILTER_LENGTH_MAX,
  type FlowForm,
  type FlowsParams,
  type FlowsReport,
  PAGE_RECORDS_MAX,
  SORT_KEYS,
} from "./protocol.js";
import { recordLayout } from "./record-layout.js";

const PARAMETERS = ["filter", "sort", "top", "after", "limit", "form"];

/** @throws JSONRPCErrorException for wrong parameters; StrayError for a filter that can't be compiled. */
export async function flowsReport(view: SensorView, params: unknown): Promise<FlowsReport> {
  const { form = "json", ...asked } = checked(params);
  const { records, next, live, skipped } = await view.flows(query(asked, form));
  return {
    form,
    count: records.length,
    records: form === "raw" ? Buffer.concat(records).toString("base64") : objects(records),
    next: next ?? null,
    live,
    skipped,
    record: recordLayout(),
  };
}

function query(asked: Omit<FlowsParams, "form">, form: FlowForm): FlowQuery {
  const { filter = "", sort, top, after, limit = top ?? PAGE_RECORDS_MAX[form] } = asked;
  return {
    filter,
    limit,
    ...(top === undefined ? {} : { top, sort: sort ?? "bytes" }),
    ...(after === undefined ? {} : { after }),
  };
}

function checked(params: unknown): FlowsParams {
  if (params === undefined || params === null) return {};
  if (typeof params !== "object" || Array.isArray(params))
    throw invalidParams("parameters by name were expected");
  const { filter, sort, top, after, limit, form } = params as Record<string, unknown>;
  const unknown = Object.keys(params).find((key) => !PARAMETERS.includes(key));
  if (unknown !== undefined)
    throw invalidParams(`no parameter of that name; there are ${PARAMETERS.join(", ")}`);
  if (form !== undefined && form !== "raw" && form !== "json")
    throw invalidParams('form: "raw" or "json" was expected');
  const most = PAGE_RECORDS_MAX[form ?? "json"];
  if (filter !== undefined && !(typeof filter === "string" && filter.length <= FILTER_LENGTH_MAX)) {
    throw invalidParams(`filter: a text of ${FILTER_LENGTH_MAX} characters at most was expected`);
  }
  if (sort !== undefined && !isSortKey(sort))
    throw invalidParams(`sort: one of ${SORT_KEYS.join(", ")} was expected`);
  if (sort !== undefined && top === undefined)
    throw invalidParams("sort goes with top: say how many are wanted");
  if (after !== undefined && top !== undefined) throw invalidParams("top is one page: it has no after");
  return {
    ...(form === undefined ? {} : { form }),
    ...(filter === undefined ? {} : { filter }),
    ...(sort === undefined ? {} : { sort }),
    ...wholeNumber("top", top, 1, most),
    ...wholeNumber("limit", limit, 1, most),
    ...wholeNumber("after", after, 0, Number.MAX_SAFE_INTEGER),
  };
}

function wholeNumber<K extends string>(
  key: K,
  value: unknown,
  low: number,
  high: number,
): { [P in K]?: number } {
  if (value === undefined) return {};
  if (typeof value === "number" && Number.isInteger(value) && value >= low && value <= high) {
    return { [key]: value } as { [P in K]?: number };
  }
  throw invalidParams(`${key}: a whole number from ${low} to ${high} was expected`);
}

function isSortKey(value: unknown): value is SortKey {
  return SORT_KEYS.some((key) => key === value);
}

const printer = new JsonPrinter(
  FIELDS.map((field) => ({ field, width: field.width })),
  { state: "word", numericProto: false, time: String, timeWidth: 0 },
);

/** As `stray read --json` prints them. */
function objects(records: readonly Uint8Array[]): Record<string, unknown>[] {
  return records.map((bytes) => {
    const record = new FlowRecord(bytes.buffer).pointAt(bytes.byteOffset);
    return JSON.parse(printer.line(record)) as Record<string, unknown>;
  });
}
