// Objects of STRAY-MIB about the sensor as a whole: who it is, how it stands.
// Apart from the tables because these are the ones that an operator looks at first.
// Always holds: see types.ts.

import { choice, gauge, number, type Section, text, ticks, time, truth } from "./types.js";

const KIB = 1024;

export const IDENTITY: Section = {
  name: "strayIdentity",
  title: "Identity",
  about: "Which sensor this is.",
  scalars: [
    {
      name: "strayVersion",
      syntax: text(64),
      description: "Version of stray.",
      from: "`version` of `stray status`",
      value: ({ status }) => status.version,
    },
    {
      name: "strayName",
      syntax: text(),
      description: "Name of the sensor, as its configuration gives it (sensor.name).",
      from: "`sensor.name`",
      value: ({ status }) => status.name,
    },
    {
      name: "strayProfile",
      syntax: text(64),
      description: "The set of limits that it runs with, named after the size of the board (sensor.profile).",
      from: "`sensor.profile`",
      value: ({ status }) => status.profile,
    },
  ],
  tables: [],
};

export const SENSOR: Section = {
  name: "straySensor",
  title: "Sensor",
  about: "How the sensor stands: its time, its place in the wire, its configuration, what it says is wrong.",
  scalars: [
    {
      name: "strayUptime",
      syntax: ticks,
      description:
        "Time since strayd started. sysUpTime is that of the agent that answers, which may be another program.",
      from: "`uptimeMs` of `stray status`",
      value: ({ status }) => status.uptimeMs,
    },
    {
      name: "strayStarted",
      syntax: time,
      description:
        "When strayd started. Every Counter32 and Counter64 of this MIB counts from 0 since then: a later value here " +
        "is a discontinuity of all of them.",
      from: "`startedMs` of `stray status`",
      value: ({ status }) => status.startedMs,
    },
    {
      name: "strayMode",
      syntax: choice("tap", "inline", "simulate"),
      description:
        "tap: it listens only. inline: it stands between two interfaces, forwards and drops. simulate: it stands " +
        "there, forwards everything and counts what it would drop.",
      from: "`inline.mode`",
      value: ({ status }) => status.inline?.mode ?? "tap",
    },
    {
      name: "strayFail",
      syntax: choice("notInline", "open", "closed"),
      description:
        "What is wanted when the sensor fails in the wire. open: frames go by without it. closed: they stop.",
      from: "`inline.fail`",
      value: ({ status }) => status.inline?.fail ?? "notInline",
    },
    {
      name: "strayProtection",
      syntax: choice("notInline", "none", "tc", "xdpGeneric", "tcx", "xdpNative"),
      description:
        "What carries frames when the sensor in the wire does not. none: nothing does. tc: what strayd itself puts in " +
        "place when a worker stands still, so not when the whole process fails. The others are the kernel's own.",
      from: "`protection` of `stray bypass`",
      value: ({ status }) => status.inline?.protection ?? "notInline",
    },
    {
      name: "strayBypassState",
      syntax: choice("notInline", "armed", "bypass", "off"),
      description:
        "armed: the sensor forwards, and the kernel steps in when it stands still. bypass: the kernel carries " +
        "every frame, nothing is looked at. off: the kernel never steps in.",
      from: "`state` of `stray bypass`",
      value: ({ status }) => status.inline?.state ?? "notInline",
    },
    {
      name: "strayStale",
      syntax: truth,
      description: "The sensor stands still in the wire just now, so frames go by without it, or not at all.",
      from: "`isStale` of `stray bypass`",
      value: ({ status }) => status.inline?.isStale ?? false,
    },
    {
      name: "strayConfigState",
      syntax: choice("inForce", "reloadRefused"),
      description:
        "inForce: the configuration that was read last is in force. reloadRefused: the latest one was refused, the one " +
        "before it is in force.",
      from: "`configError` of `stray status`",
      value: ({ status }) => (status.configError === undefined ? "inForce" : "reloadRefused"),
    },
    {
      name: "strayConfigError",
      syntax: text(),
      description: "Why the latest reload was refused, empty if it was not.",
      from: "`configError` of `stray status`",
      value: ({ status }) => status.configError ?? "",
    },
    {
      name: "strayConfigLoaded",
      syntax: time,
      description: "When the configuration in force was read.",
      from: "`configLoadedMs` of `stray status`",
      value: ({ status }) => status.configLoadedMs,
    },
    {
      name: "strayProblems",
      syntax: gauge,
      units: "problems",
      description: "How many sentences there are that an operator should read: 0 when all is well.",
      from: "`problems` of `stray status`",
      value: ({ status }) => status.problems.length,
    },
    {
      name: "strayFirstProblem",
      syntax: text(),
      description: "The first of these sentences, empty when all is well.",
      from: "`problems` of `stray status`",
      value: ({ status }) => status.problems[0] ?? "",
    },
    {
      name: "strayMemoryResident",
      syntax: gauge,
      units: "kibibytes",
      description: "Memory of the process strayd in RAM.",
      from: "`memory.residentBytes` of `stray status`",
      value: ({ status }) => status.memory.residentBytes / KIB,
    },
    {
      name: "strayMemoryTables",
      syntax: gauge,
      units: "kibibytes",
      description: "What the tables of all workers come to when every place in them is used.",
      from: "`memory.tableBytes` of `stray status`",
      value: ({ status }) => status.memory.tableBytes / KIB,
    },
    {
      name: "strayProcess",
      syntax: number(0, 2147483647),
      description: "Process id of strayd, as hrSWRunIndex of HOST-RESOURCES-MIB has it.",
      from: "`pid` of `stray status`",
      value: ({ status }) => status.pid,
    },
  ],
  tables: [],
};
