// Objects of STRAY-MIB about frames and flows: interfaces, workers, the flow table.
// Apart from the sensor's because here is a row a thing.
// Always holds: see types.ts.

import { FLOW_STATES } from "../../sensor/gauges.js";
import type { InterfaceReport, WorkerReport } from "../../sensor/view.js";
import type { MibSnapshot } from "../snapshot.js";
import {
  choice,
  counter,
  gauge,
  number,
  percent,
  type ScalarDef,
  type Section,
  table,
  text,
  time,
} from "./types.js";

interface InterfaceRow extends InterfaceReport {
  readonly bypassedPackets: number;
  readonly bypassedBytes: number;
}

export const INTERFACES: Section = {
  name: "strayInterfaces",
  title: "Interfaces",
  about: "Where frames come from, and whether all of them did.",
  scalars: [],
  tables: [
    table<InterfaceRow>({
      name: "strayInterface",
      description: "The interfaces that are listened at, once for each worker that has a ring there.",
      row: "The ring of one worker at one interface.",
      indices: [
        {
          name: "strayInterfaceNumber",
          description: "Place of the interface in the configuration (capture.interfaces), from 1 on.",
        },
        { name: "strayInterfaceWorker", description: "strayWorkerNumber of the worker that reads the ring." },
      ],
      columns: [
        {
          name: "strayInterfaceName",
          syntax: text(),
          description: "Its name, as the kernel has it.",
          from: "`interfaces[].name` of `stray status`",
          value: (it) => it.name,
        },
        {
          name: "strayInterfaceIfIndex",
          syntax: number(0, 2147483647),
          description: "ifIndex of IF-MIB, 0 while the interface is absent.",
          from: "`interfaces[].index` of `stray status`",
          value: (it) => it.index,
        },
        {
          name: "strayInterfaceLink",
          syntax: choice("up", "down", "absent"),
          description: "up and down as the kernel has it. absent: there is no interface of that name.",
          from: "`interfaces[].link` of `stray status`",
          value: (it) => it.link,
        },
        {
          name: "strayInterfaceCapture",
          syntax: choice("mapped", "copy"),
          description: "mapped: frames are read where the kernel put them. copy: they are copied first.",
          from: "`interfaces[].mode` of `stray status`",
          value: (it) => it.mode,
        },
        {
          name: "strayInterfacePackets",
          syntax: counter,
          units: "packets",
          description:
            "Frames that the kernel put into the ring. How many bytes they had is counted by worker only.",
          from: "`interfaces[].packets` of `stray status`",
          value: (it) => it.packets,
        },
        {
          name: "strayInterfaceDrops",
          syntax: counter,
          units: "packets",
          description: "Frames that the kernel dropped because the ring was full.",
          from: "`interfaces[].drops` of `stray status`",
          value: (it) => it.drops,
        },
        {
          name: "strayInterfaceFreezes",
          syntax: counter,
          description: "How often the ring was full.",
          from: "`interfaces[].freezes` of `stray status`",
          value: (it) => it.freezes,
        },
        {
          name: "strayInterfaceRingUsed",
          syntax: percent,
          units: "percent",
          description: "Share of the ring that waits to be read.",
          from: "`interfaces[].ringUsed` of `stray status`",
          value: (it) => Math.round(100 * it.ringUsed),
        },
        {
          name: "strayInterfaceRingSize",
          syntax: gauge,
          units: "bytes",
          description: "Size of the ring.",
          from: "`interfaces[].ringBytes` of `stray status`",
          value: (it) => it.ringBytes,
        },
        {
          name: "strayInterfaceBypassedPackets",
          syntax: counter,
          units: "packets",
          description:
            "Frames that came in here and that the kernel carried without the sensor; 0 for a tap.",
          from: "`sides[].bypassedPackets` of `stray bypass`",
          value: (it) => it.bypassedPackets,
        },
        {
          name: "strayInterfaceBypassedBytes",
          syntax: counter,
          units: "bytes",
          description: "Bytes of them.",
          from: "`sides[].bypassedBytes` of `stray bypass`",
          value: (it) => it.bypassedBytes,
        },
        {
          name: "strayInterfaceError",
          syntax: text(),
          description: "What is wrong with it, empty when nothing is.",
          from: "`interfaces[].error` of `stray status`",
          value: (it) => it.error ?? "",
        },
      ],
      rows: interfaceRows,
    }),
  ],
};

function interfaceRows({ status }: MibSnapshot): { index: readonly number[]; of: InterfaceRow }[] {
  const numbers = new Map<string, number>();
  const rows = status.interfaces.map((report) => {
    const { name, worker } = report;
    const place = numbers.get(name) ?? numbers.size + 1;
    numbers.set(name, place);
    const side = status.inline?.sides.find((it) => it.name === name);
    const { bypassedPackets = 0, bypassedBytes = 0 } = side ?? {};
    return { index: [place, worker + 1], of: { ...report, bypassedPackets, bypassedBytes } };
  });
  return rows.sort((a, b) => a.index[0]! - b.index[0]! || a.index[1]! - b.index[1]!);
}

export const WORKERS: Section = {
  name: "strayWorkers",
  title: "Workers",
  about: "The threads that look at frames, each with a flow table of its own.",
  scalars: [],
  tables: [
    table<WorkerReport>({
      name: "strayWorker",
      description: "The workers.",
      row: "One worker, in all its lives since strayd started.",
      indices: [{ name: "strayWorkerNumber", description: "The worker's number in `stray status`, plus 1." }],
      columns: [
        {
          name: "strayWorkerState",
          syntax: choice("running", "starting", "dead"),
          description: "dead: it is about to be started again.",
          from: "`workers[].state` of `stray status`",
          value: (it) => it.state,
        },
        {
          name: "strayWorkerRestarts",
          syntax: counter,
          description: "How often it died and was started again.",
          from: "`workers[].restarts` of `stray status`",
          value: (it) => it.restarts,
        },
        {
          name: "strayWorkerStarted",
          syntax: time,
          description: "When its present life began.",
          from: "`workers[].startedMs` of `stray status`",
          value: (it) => it.startedMs,
        },
        {
          name: "strayWorkerPackets",
          syntax: counter,
          units: "packets",
          description: "Packets that it took in.",
          from: "`workers[].packets` of `stray status`",
          value: (it) => it.packets,
        },
        {
          name: "strayWorkerBytes",
          syntax: counter,
          units: "bytes",
          description: "Their bytes on the wire.",
          from: "`workers[].bytes` of `stray status`",
          value: (it) => it.bytes,
        },
        {
          name: "strayWorkerFlows",
          syntax: gauge,
          units: "flows",
          description: "Places of its flow table that are in use.",
          from: "`workers[].flows` of `stray status`",
          value: (it) => it.flows,
        },
        {
          name: "strayWorkerFlowsPeak",
          syntax: gauge,
          units: "flows",
          description: "The most that were in use at a time in its present life.",
          from: "`workers[].flowsPeak` of `stray status`",
          value: (it) => it.flowsPeak,
        },
        {
          name: "strayWorkerFlowsMax",
          syntax: gauge,
          units: "flows",
          description: "Places of its flow table.",
          from: "`workers[].flowsMax` of `stray status`",
          value: (it) => it.flowsMax,
        },
        {
          name: "strayWorkerRecordsWaiting",
          syntax: gauge,
          units: "records",
          description: "Flow records that wait to be taken out.",
          from: "`workers[].recordsWaiting` of `stray status`",
          value: (it) => it.recordsWaiting,
        },
        {
          name: "strayWorkerLag",
          syntax: gauge,
          units: "milliseconds",
          description: "Time since it last showed a sign of life.",
          from: "`workers[].lagMs` of `stray status`",
          value: (it) => it.lagMs,
        },
      ],
      rows: ({ status }) => status.workers.map((of) => ({ index: [of.worker + 1], of })),
    }),
  ],
};

const total = (name: string, object: string, description: string, units = "flows"): ScalarDef => ({
  name: object,
  syntax: counter,
  units,
  description,
  from: `\`${name}\` of \`stray counters\``,
  value: ({ counters }) => counters.total[name],
});

const STATE_WORDS: Readonly<Record<string, readonly [object: string, description: string]>> = {
  "flows-single": ["strayFlowsSingle", "Live flows of which one packet was seen."],
  "flows-half-open": ["strayFlowsHalfOpen", "Live TCP flows whose handshake is not finished."],
  "flows-one-way": ["strayFlowsOneWay", "Live flows in which one side alone spoke."],
  "flows-two-way": ["strayFlowsTwoWay", "Live flows of both sides without a handshake to judge by."],
  "flows-established": ["strayFlowsEstablished", "Live TCP connections that are established."],
  "flows-closed": ["strayFlowsClosed", "Live TCP connections that were closed or reset."],
};

export const FLOWS: Section = {
  name: "strayFlows",
  title: "Flow table",
  about: "How full the flow tables of all workers are together, and how flows ended.",
  scalars: [
    {
      name: "strayFlowsSize",
      syntax: gauge,
      units: "flows",
      description: "Places of the flow tables.",
      from: "`flows-max` of `stray counters`",
      value: ({ counters }) => counters.gauges["flows-max"],
    },
    {
      name: "strayFlowsUsed",
      syntax: gauge,
      units: "flows",
      description: "Places in use.",
      from: "`flows` of `stray counters`",
      value: ({ counters }) => counters.gauges["flows"],
    },
    {
      name: "strayFlowsPeak",
      syntax: gauge,
      units: "flows",
      description: "The most that were in use at a time, added up over the workers.",
      from: "`workers[].flowsPeak` of `stray status`",
      value: ({ status }) => status.workers.reduce((sum, { flowsPeak }) => sum + flowsPeak, 0),
    },
    total("flows-created", "strayFlowsCreated", "Flows that began."),
    total("flows-evicted", "strayFlowsEvicted", "Flows recorded early because their place was needed."),
    total(
      "evicted-established",
      "strayFlowsEvictedEstablished",
      "Of the evicted flows, established connections.",
    ),
    total(
      "flows-refused",
      "strayFlowsRefused",
      "Packets recorded alone because the table had no place worth taking.",
      "packets",
    ),
    total("flows-idle", "strayFlowsIdle", "Flows that ended by their idle timeout."),
    total("flows-reused", "strayFlowsReused", "Flows that ended because a new connection took their ports."),
    total("flows-lost", "strayFlowsLost", "Live flows that were lost with a worker that died."),
    total("records", "strayFlowRecords", "Flow records made.", "records"),
    total(
      "records-lost",
      "strayFlowRecordsLost",
      "Flow records lost because they were not taken out in time.",
      "records",
    ),
    ...FLOW_STATES.map(([, name]): ScalarDef => {
      const [object, description] = STATE_WORDS[name]!;
      return {
        name: object,
        syntax: gauge,
        units: "flows",
        description,
        from: `\`${name}\` of \`stray counters\``,
        value: ({ counters }) => counters.gauges[name],
      };
    }),
  ],
  tables: [],
};
