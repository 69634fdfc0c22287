// `stray top`: rates from two looks, the page, and the screen as a terminal receives it.

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { keysOf } from "../../../host/cli/control/screen.js";
import { shortDuration, type TopSettings, topPage } from "../../../host/cli/control/top-page.js";
import { type TopSample, topPicture } from "../../../host/cli/control/top-picture.js";
import { eventually } from "../../support/eventually.js";
import { buildRecord, type RecordSpec } from "../../support/record-builder.js";
import { requireProgram } from "../../support/system.js";
import { counters, STARTED_MS, status } from "../control/fake-sensor.js";
import { bundleCommands, runCommand, startProgram } from "../control/run-command.js";
import { startControl, temporaryFolder } from "../control/support.js";
import { plain, programOnTerminal, type Seen, type Step } from "./on-terminal.js";

bundleCommands();

function sample(seconds: number, records: RecordSpec[], total: Record<string, number> = {}): TopSample {
  const report = counters();
  const one = status().interfaces[0]!;
  return {
    status: {
      ...status(),
      interfaces: [{ ...one, packets: 1000 * seconds, drops: 10 * seconds }],
    },
    counters: {
      ...report,
      nowMs: STARTED_MS + seconds * 1000,
      total: { packets: 1000 * seconds, "wire-bytes": 125_000 * seconds, ...total },
      control: {},
    },
    flows: {
      bytes: Buffer.concat(records.map((record) => buildRecord(record).bytes)),
      count: records.length,
      next: undefined,
      live: 4321,
      skipped: 0,
    },
  };
}

const flow = (port: number, packets: number, bytes: number, more: RecordSpec = {}): RecordSpec => ({
  startUs: STARTED_MS * 1000,
  lastUs: STARTED_MS * 1000 + 125_000_000,
  ...more,
  orig: { address: "10.0.0.1", port, packets, bytes, ...more.orig },
});

describe("rates", () => {
  it("are what changed between two looks", () => {
    const picture = topPicture(
      sample(10, [flow(1, 10, 1000), flow(2, 1, 100)]),
      sample(12, [flow(1, 12, 1100), flow(2, 5, 5100)]),
      "bytes",
    );
    expect(picture).toMatchObject({ packets: 1000, bits: 1_000_000, drops: 10, liveFlows: 4321 });
    expect(picture.interfaces).toMatchObject([{ packets: 1000, drops: 10 }]);
    expect(picture.flows.map(({ bits, packets }) => [bits, packets])).toEqual([
      [400, 1],
      [20_000, 2],
    ]);
  });

  it("sort the flows when asked", () => {
    const looks = [
      sample(10, [flow(1, 10, 1000), flow(2, 1, 100)]),
      sample(12, [flow(1, 12, 1100), flow(3, 9, 900), flow(2, 5, 5100)]),
    ] as const;
    const { flows } = topPicture(...looks, "rate");
    expect(flows.map(({ record }) => record.port("orig"))).toEqual([2, 1, 3]);
  });

  it("count a flow's whole life, whatever intermediate records say", () => {
    const reported = { reportedPackets: 12, reportedBytes: 1100 };
    const picture = topPicture(
      sample(10, [flow(1, 10, 1000)]),
      sample(11, [flow(1, 13, 1200, { orig: reported })]),
      "bytes",
    );
    expect(picture.flows).toMatchObject([{ bits: 1600, packets: 3 }]);
  });

  it("are all of a flow that began since, and not known of one that was not among the largest before", () => {
    const began = flow(1, 2, 500, { startUs: (STARTED_MS + 11_000) * 1000 });
    const picture = topPicture(sample(10, []), sample(12, [began, flow(2, 9, 900)]), "bytes");
    expect(picture.flows.map(({ bits }) => bits)).toEqual([2000, undefined]);
  });

  it("of the same ports used again are of the new flow", () => {
    const again = flow(1, 3, 300, { startUs: (STARTED_MS + 11_000) * 1000 });
    const picture = topPicture(sample(10, [flow(1, 100, 10_000)]), sample(12, [again]), "bytes");
    expect(picture.flows).toMatchObject([{ bits: 1200, packets: 1.5 }]);
  });

  it("are not known at the first look, or when counting began anew", () => {
    const after = sample(12, [flow(1, 1, 100)]);
    const restarted = { ...after, counters: { ...after.counters, resetMs: STARTED_MS + 11_000 } };
    for (const picture of [
      topPicture(undefined, after, "rate"),
      topPicture(sample(10, [flow(1, 1, 100)]), restarted, "rate"),
    ]) {
      expect(picture.packets).toBeUndefined();
      expect(picture.drops).toBeUndefined();
      expect(picture.flows[0]?.bits).toBeUndefined();
    }
  });

  it("have the findings, most first", () => {
    const { findings } = topPicture(
      undefined,
      sample(1, [], { "finding-land": 2, "findings-syn-scan": 30, "finding-none": 0, findings: 32 }),
      "rate",
    );
    expect(findings).toEqual([
      { name: "syn-scan", count: 30 },
      { name: "land", count: 2 },
    ]);
  });
});

describe("the page", () => {
  const settings: TopSettings = {
    sort: "rate",
    intervalMs: 2000,
    isPaused: false,
    scroll: 0,
    failure: undefined,
    hasKeys: true,
  };
  const many = Array.from({ length: 50 }, (_, index) => flow(1000 + index, 50, 5000));
  const picture = topPicture(
    sample(10, many),
    sample(12, [flow(999, 3_000_000, 4e9, { findings: [10] }), ...many], { "finding-syn-scan": 3 }),
    "rate",
  );
  const page = (more: Partial<TopSettings> = {}, rows = 24, columns = 100) =>
    topPage(picture, { ...settings, ...more }, { rows, columns });
  const texts = (...args: Parameters<typeof page>) => page(...args).map(({ text }) => text);

  it("reads well at 80 columns", () => {
    const clock = new Date(picture.nowMs).toTimeString().slice(0, 8);
    expect(texts({}, 14, 80)).toEqual([
      `${clock}  strayd 0.1.0 "lab"  up 1 h 5 min  every 2 s`,
      "packets 1,000/s   1 Mbit/s   drops 10/s   records -",
      "flows 4,321 of 98,304 (4 %)   new -   top by rate",
      "",
      "Interface  Worker  Link  Packets  Drops  Drops in all  Ring used",
      "eth0            0  up    1,000/s   10/s           120        3 %",
      "",
      "findings  syn-scan 3",
      " bit/s pkt/s Bytes Lasts Type        Source Dir Destination  Status Findings",
      "     0     0    5k 2m05s tcp  10.0.0.1.1000 ?>  192.0.2.2.80 CON",
      "     0     0    5k 2m05s tcp  10.0.0.1.1001 ?>  192.0.2.2.80 CON",
      "     0     0    5k 2m05s tcp  10.0.0.1.1002 ?>  192.0.2.2.80 CON",
      "     0     0    5k 2m05s tcp  10.0.0.1.1003 ?>  192.0.2.2.80 CON",
      "q quit   s sort   space pause   + - interval   arrows: sort, scroll",
    ]);
  });

  it("never is larger than the screen, however small", () => {
    for (const rows of [1, 2, 5, 9, 24, 80]) {
      for (const columns of [1, 20, 80, 200]) {
        const lines = page({ failure: "f".repeat(300) }, rows, columns);
        expect(lines.length, `${rows} rows`).toBe(rows);
        for (const { text } of lines) expect(text.length).toBeLessThanOrEqual(columns);
      }
    }
  });

  it("scrolls, and has more columns with more room", () => {
    expect(texts({ scroll: 3 }, 14)[9]).toContain("10.0.0.1.1003");
    expect(texts({}, 14, 120)[8]).toContain("Bytes Packets Lasts");
  });

  it("marks what an operator should see", () => {
    const styles = (needle: string, lines = page({}, 80)) =>
      lines.filter(({ text }) => text.includes(needle)).map(({ style }) => style);
    expect(styles("eth0")).toEqual(["warning"]);
    expect(styles("10.0.0.1.999 ")).toEqual(["warning"]);
    expect(styles("10.0.0.1.1000 ")).toEqual(["plain"]);
    expect(styles("no answer", page({ failure: "no answer" }))).toEqual(["warning"]);
    expect(texts({ isPaused: true })[0]).toContain("PAUSED");
  });

  it("shows problems, and no byte from outside as it is", () => {
    const evil = "\u001b[2Jé\u202e";
    const { status: report } = picture;
    const lines = topPage(
      {
        ...picture,
        status: { ...report, name: evil, problems: [evil, "two", "three"] },
        interfaces: picture.interfaces.map((one) => ({
          ...one,
          report: { ...one.report, name: evil, error: evil },
        })),
      },
      settings,
      { rows: 24, columns: 100 },
    );
    expect(lines.some(({ text }) => text === "! ?[2J?? (and 2 more: stray status)")).toBe(true);
    for (const { text } of lines) expect(text).toMatch(/^[\x20-\x7e]*$/);
  });

  it("tells why there is nothing yet", () => {
    const lines = topPage(undefined, { ...settings, failure: "no answer" }, { rows: 3, columns: 80 });
    expect(lines.map(({ text }) => text)).toEqual(["no answer", "", expect.stringContaining("q quit")]);
  });

  it("has durations that stay narrow", () => {
    expect([0, 59_999, 725_000, 11_220_000, 187_200_000].map(shortDuration)).toEqual([
      "0s",
      "59s",
      "12m05s",
      "3h07m",
      "2d04h",
    ]);
  });
});

describe("keys", () => {
  it("are found in what a terminal sends", () => {
    expect(keysOf("q s+")).toEqual(["q", " ", "s", "+"]);
    expect(keysOf("\u001b[A\u001bOB\u001b[C\u001b[D\u001b[5~\u001b[6~")).toEqual([
      "up",
      "down",
      "right",
      "left",
      "pageUp",
      "pageDown",
    ]);
    expect(keysOf("\u0003\u001b[15~\u001b[1;5Px")).toEqual(["interrupt", "x"]);
    expect(keysOf("")).toEqual([]);
  });
});

describe("printed once", () => {
  it("when standard output is no terminal, and says so", async () => {
    const { sensor, path } = await startControl();
    sensor.fill(30);
    const { stdout, stderr, exitCode } = await runCommand(["top", "--interval", "0.2", "--socket", path]);
    expect(exitCode).toBe(0);
    expect(stderr).toBe(
      "stray: standard output is no terminal that can draw: printed once; --json prints at each interval\n",
    );
    expect(stdout).not.toContain("\u001b");
    expect(stdout.match(/10\.0\.0\.1\.10\d\d /g)).toHaveLength(20);
    expect(stdout).not.toContain("q quit");
  });

  it("as JSON, with the fields of a flow and its rates", async () => {
    const { sensor, path } = await startControl();
    sensor.fill(3);
    const args = ["top", "--once", "--json", "--by", "packets", "--interval", "0.2", "--socket", path];
    const { stdout, stderr, exitCode } = await runCommand(args);
    expect([stderr, exitCode]).toEqual(["", 0]);
    const look = JSON.parse(stdout) as { flows: unknown[] };
    expect(look).toMatchObject({
      rates: { packets: null },
      liveFlows: 3,
      interfaces: [{ name: "eth0", dropRate: null }],
    });
    expect(look.flows).toMatchObject([
      { sport: 1002, bit_rate: null, packet_rate: null },
      { sport: 1001 },
      { sport: 1000 },
    ]);
    expect(sensor.queries[0]).toMatchObject({ top: 200, sort: "packets" });
  });

  it("not at all when nobody is there", async () => {
    const socket = join(temporaryFolder(), "none.sock");
    expect(await runCommand(["top", "--socket", socket])).toMatchObject({ exitCode: 2, stdout: "" });
  });
});

const ENTER = "\u001b[?1049h";
const LEAVE = "\u001b[?1049l";

const onTerminal = (
  args: readonly string[],
  steps: Step[],
  env?: NodeJS.ProcessEnv,
  onStep?: (reached: number) => void,
): Promise<Seen> => programOnTerminal("stray", args, steps, env, onStep);

/** Screens drawn, each without its escape sequences, line by line. */
function screens({ output }: Seen): string[][] {
  const inside = output.slice(output.indexOf(ENTER), output.lastIndexOf(LEAVE));
  return inside
    .split("\u001b[H")
    .slice(2)
    .map((screen) => plain(screen).split(/\r*\n/));
}

async function fakeStrayd(flows = 40): Promise<string> {
  const socket = join(temporaryFolder(), "stray.sock");
  const { output } = startProgram("strayd", [socket, String(flows)]);
  await eventually(() => output.stdout === "ready\n", "strayd listens");
  return socket;
}

describe.skipIf(!requireProgram("python3", "python3"))("on a terminal", () => {
  it("draws the screen, moves with the sensor, and gives the terminal back on q", async () => {
    const socket = await fakeStrayd();
    const seen = await onTerminal(
      ["top", "--interval", "0.2", "--socket", socket],
      [{ wait: "q quit" }, { wait: "400k +500" }, { wait: "packets 1,000/s", send: "q" }],
    );
    expect(seen).toMatchObject({ exitCode: 0, isLineMode: true });
    expect(seen.output.split(ENTER)).toHaveLength(2);
    expect(seen.output.endsWith(LEAVE)).toBe(true);
    expect(seen.output).toContain("\u001b[?25h");
    const drawn = screens(seen);
    for (const screen of drawn) {
      expect(screen).toHaveLength(24);
      for (const line of screen) expect(line.length).toBeLessThan(80);
    }
    const [first, last] = [drawn[0]!, drawn.at(-1)!];
    expect(first[0]).toMatch(/^19:05:\d\d {2}strayd 0\.1\.0 "lab" {2}up 1 h 5 min {2}every 0\.2 s$/);
    expect(last).toContainEqual(expect.stringMatching(/^ +400k +500 .*10\.0\.0\.1\.1039 ->/));
    expect(last.at(-1)).toMatch(/^q quit/);
    // Drawn over, not cleared: nothing between the screens could flicker.
    expect(seen.output.split("\u001b[2J")).toHaveLength(2);
  });

  it("obeys the keys", async () => {
    const socket = await fakeStrayd();
    const seen = await onTerminal(
      ["top", "--interval", "0.5", "--socket", socket],
      [
        { wait: "top by rate.*q quit", send: "s" },
        { wait: "top by bytes.*q quit", send: "\u001b[D\u001b[D" },
        { wait: "top by app-bytes.*q quit", send: "++" },
        { wait: "every 2 s.*q quit", send: "-" },
        { wait: "every 1 s.*q quit", send: " " },
        { wait: "PAUSED.*10.0.0.1.1000 .*q quit", send: "\u001b[6~\u001b[B" },
        { wait: "PAUSED.*10.0.0.1.1011 .*q quit", send: "\u001b[A" },
        { wait: "PAUSED.*10.0.0.1.1010 .*q quit", send: " x\u0003" },
      ],
    );
    expect(seen).toMatchObject({ exitCode: 0, signal: null, isLineMode: true });
    expect(seen.output.endsWith(LEAVE)).toBe(true);
  });

  it("takes a new size at once", async () => {
    const socket = await fakeStrayd();
    const seen = await onTerminal(
      ["top", "--interval", "60", "--socket", socket],
      [
        { wait: "q quit", resize: [10, 120] },
        { wait: "Packets Lasts.*q quit", send: "q" },
      ],
    );
    expect(screens(seen).at(-1)).toHaveLength(10);
  });

  it.each(["SIGINT", "SIGTERM", "SIGHUP"])("gives the terminal back on %s", async (signal) => {
    const socket = await fakeStrayd(1);
    const seen = await onTerminal(["top", "--socket", socket], [{ wait: "q quit", signal }]);
    expect(seen).toMatchObject({ exitCode: 0, isLineMode: true });
    expect(seen.output.endsWith(LEAVE)).toBe(true);
  });

  it("gives the terminal back when it fails itself", async () => {
    const { server, path, sensor } = await startControl();
    sensor.fill(1);
    // A report that no strayd makes: what reads it throws.
    sensor.statusReport = { ...sensor.statusReport, workers: null as never };
    const seen = await onTerminal(["top", "--interval", "0.2", "--socket", path], [{ wait: "1049h" }]);
    expect(server.counters().requests).toBeGreaterThan(0);
    expect(seen).toMatchObject({ exitCode: 1, isLineMode: true });
    expect(seen.output.slice(seen.output.indexOf(LEAVE))).toContain("TypeError");
  });

  it("tells when strayd goes away, and finds it again", async () => {
    const { server, path, sensor } = await startControl();
    sensor.fill(1);
    let reached = 0;
    const terminal = onTerminal(
      ["top", "--interval", "0.2", "--socket", path],
      [
        { wait: "eth0" },
        { wait: "trying again: strayd is not running" },
        // A screen that begins with the clock, not with the failure above the latest picture.
        { wait: "\u001b\\[H\u001b\\[1m19:05", send: "q" },
      ],
      {},
      (count) => {
        reached = count;
      },
    );
    await eventually(() => reached >= 1, "top has drawn");
    await server.close();
    await Promise.race([eventually(() => reached >= 2, "top has told"), terminal]);
    const { sensor: again } = await startControl({ socket: path });
    again.fill(1);
    expect(await terminal).toMatchObject({ exitCode: 0, isLineMode: true });
  });

  it("quits although strayd keeps silent", async () => {
    const { path, sensor } = await startControl();
    sensor.flowsMs = 60_000;
    const seen = await onTerminal(["top", "--socket", path], [{ wait: "1049h", send: "q" }]);
    expect(seen).toMatchObject({ exitCode: 0, signal: null, isLineMode: true });
  });

  it("has no colour with NO_COLOR, and colour without", async () => {
    const socket = await fakeStrayd(1);
    const steps = [{ wait: "q quit", send: "q" }];
    const args = ["top", "--socket", socket];
    const coloured = await onTerminal(args, steps);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what this looks for
    expect(coloured.output).toMatch(/\u001b\[1m19:05:/);
    const plainly = await onTerminal(args, steps, { NO_COLOR: "1" });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what this looks for
    expect(plainly.output.replaceAll("\u001b[0m\u001b[?25h", "")).not.toMatch(/\u001b\[[0-9;]*m/);
  });

  it("that can't draw gets it printed once", async () => {
    const socket = await fakeStrayd(1);
    const args = ["top", "--interval", "0.2", "--socket", socket];
    const { output, exitCode } = await onTerminal(args, [{ wait: "printed once" }], { TERM: "dumb" });
    expect(exitCode).toBe(0);
    expect(output).not.toContain("\u001b");
    expect(output).toContain("10.0.0.1.1000");
  });

  it("stray counters --watch draws over itself", async () => {
    const socket = await fakeStrayd(1);
    const args = ["counters", "--watch=0.2", "--socket", socket];
    const { output } = await onTerminal(args, [{ wait: "packets +[0-9,]+ +1,000/s", signal: "SIGINT" }]);
    expect(output.split("\u001b[H").length).toBeGreaterThan(2);
    expect(output.split("\u001b[2J")).toHaveLength(2);
  });
});
