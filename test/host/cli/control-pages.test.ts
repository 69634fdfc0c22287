// The pages of text, from reports made by hand: what an operator reads, and that nothing from outside gets through
// to the terminal as it is.

import { describe, expect, it } from "vitest";
import { countersPage, rates } from "../../../host/cli/control/counters-page.js";
import { filterText, wanted } from "../../../host/cli/control/flows-options.js";
import { reloadText } from "../../../host/cli/control/reload.js";
import { problemsOf, statusPage } from "../../../host/cli/control/status-page.js";
import {
  bitRateText,
  bytesText,
  countText,
  durationText,
  percentText,
  rateText,
  shortText,
  timeText,
} from "../../../host/cli/control/units.js";
import type { FlowsOptions } from "../../../host/cli/flows-command.js";
import type { RulesReport } from "../../../host/sensor/view.js";
import { counters, status } from "../control/fake-sensor.js";

describe("units", () => {
  it.each([
    [countText(0), "0"],
    [countText(999), "999"],
    [countText(1_234_567), "1,234,567"],
    [bytesText(0), "0 B"],
    [bytesText(1023), "1023 B"],
    [bytesText(8 << 20), "8 MiB"],
    [bytesText(1.5 * 1024 ** 3), "1.5 GiB"],
    [bitRateText(undefined), "-"],
    [bitRateText(0), "0 bit/s"],
    [bitRateText(1234), "1.2 kbit/s"],
    [bitRateText(999_700), "1 Mbit/s"],
    [bitRateText(940e6), "940 Mbit/s"],
    [rateText(0), "0/s"],
    [rateText(0.02), "0.02/s"],
    [rateText(1.234), "1.2/s"],
    [rateText(12_345.6), "12,346/s"],
    [shortText(999), "999"],
    [shortText(123_456), "123k"],
    [shortText(3.14), "3.1"],
    [percentText(0), "0 %"],
    [percentText(0.001), "<1 %"],
    [percentText(0.5), "50 %"],
    [durationText(0), "0 s"],
    [durationText(59_999), "59 s"],
    [durationText(3_900_000), "1 h 5 min"],
    [durationText(86_400_000), "1 d"],
    [timeText(Number.NaN), "-"],
  ])("%s", (text, expected) => {
    expect(text).toBe(expected);
  });
});

describe("the status page's rules", () => {
  const line = (rules: Partial<RulesReport>) => {
    const report = status();
    return /^Rules +(.*)$/m.exec(statusPage({ ...report, rules: { ...report.rules, ...rules } }))?.[1];
  };
  const files = (count: number) => Array.from({ length: count }, (_, index) => `/r/${index}.rules`);

  it("are told with what they take, and where they come from", () => {
    expect(line({ rules: 12_345, refused: 0, bytes: 6 << 20, files: files(2) })).toBe(
      "12,345 in force, 6 MiB of 8 MiB, files /r/0.rules, /r/1.rules",
    );
    expect(line({ refused: 0, files: files(9) })).toBe(
      "123 in force, 310 KiB of 8 MiB, files /r/0.rules, /r/1.rules, /r/2.rules, /r/3.rules and 5 more",
    );
    expect(line({ rules: 0, refused: 0, bytes: 0, files: [] })).toBe("none");
  });

  it("have their files' names escaped", () => {
    expect(line({ refused: 0, files: ["/r/\u001b[2J.rules"] })).toContain("file /r/\\x1b[2J.rules");
  });
});

describe("the status page", () => {
  it("has everything, aligned", () => {
    const page = statusPage(status())
      .replace(/since .*$/m, "since THEN")
      .replace(/loaded [-\d]+ [:\d]+/, "loaded THEN")
      .replace(/until [-\d]+ [:\d]+/, "until THEN");
    expect(page).toBe(`strayd 0.1.0 "lab", process 4242, up 1 h 5 min since THEN
Account        stray (none kept)
Configuration  /etc/stray/stray.yaml, loaded THEN, profile default
Capture        "not port 22", mode auto, up to 65,535 bytes a packet
Flows          1,234 of 98,304 (1 %)
Rules          123 in force (2 refused), 310 KiB of 8 MiB, file /etc/stray/local.rules
Detection      on; home 192.0.2.0/24; guessed from eth0; 17 addresses alive; learning until THEN
Memory         112 MiB resident, of it 96 MiB tables

Interface  Worker  Link  Mode                   Packets  Drops  Freezes   Ring  Used
eth0       0       up    mapped, promiscuous  1,234,567     12        1  8 MiB   3 %

Worker  State    Restarts  Flows   Peak    Room    Packets    Bytes  Records waiting  Silent
0       running         0  1,234  2,000  98,304  1,234,567  942 MiB       3 of 4,096    7 ms

Output
store   ok  writing 20261124T180000Z.ipfix

No problems.
`);
  });

  it("ends with the problems, a refused configuration among them", () => {
    const report = { ...status(), problems: ["eth1 is absent"], configError: "line 3: no such key" };
    expect(statusPage(report)).toMatch(
      /\nProblems:\n {2}eth1 is absent\n {2}the latest configuration was refused.*: line 3: no such key\n$/,
    );
    expect(problemsOf({ ...report, problems: ["refused: line 3: no such key"] })).toHaveLength(1);
  });

  it("lets no control character through", () => {
    const evil = "\u001b[2Jx\n";
    const report = status();
    const page = statusPage({
      ...report,
      name: evil,
      config: evil,
      interfaces: report.interfaces.map((one) => ({ ...one, name: evil, error: evil })),
      sinks: [{ name: evil, ok: false, text: evil }],
      problems: [evil],
    });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
    expect(page).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(page.match(/\\x1b\[2Jx\\x0a/g)).toHaveLength(7);
  });
});

describe("the counters page", () => {
  const before = { ...counters(), control: { clients: 1, errors: 0 } };
  const after = {
    ...before,
    nowMs: before.nowMs + 2000,
    total: { ...before.total, packets: 1_234_767, undecoded: 0 },
  };

  it("leaves zeros out unless asked", () => {
    expect(countersPage(before, undefined, {})).toMatch(
      /^.*, counting since .*\nCounter +Value\npackets +1,234,567\nwire-bytes +987,654,321\nflows-created +5,000\nrecords +3,766\nsink\.store\.records +3,766\nsink\.store\.bytes +700,000\ncontrol\.clients +1\n\nJust now +Value\nflows +812\nflows-established +500\nring-percent +3\n$/,
    );
    expect(countersPage(before, undefined, { all: true })).toMatch(
      /\nundecoded +0\n[\s\S]*\ncontrol\.errors +0\n/,
    );
  });

  it("has the breakdown asked for", () => {
    expect(countersPage(before, undefined, { worker: 0 })).toContain("\nworker.0.packets");
    expect(countersPage(before, undefined, { worker: 1 })).not.toContain("\nworker.");
    expect(countersPage(before, undefined, { interface: true })).toMatch(/\ninterface\.eth0\/0\.drops +12\n/);
  });

  it("has rates when there is a report before", () => {
    expect(countersPage(after, before, {})).toMatch(
      /\npackets +1,234,767 +100\/s\n[\s\S]*\nrecords +3,766 +0\/s\n/,
    );
    expect(rates(before, after, {})).toMatchObject({ packets: 100, "control.clients": 0 });
  });

  it("has none when counting has begun anew, or nothing to compare with", () => {
    expect(rates(before, { ...after, resetMs: after.nowMs }, {})).toEqual({});
    expect(rates(undefined, after, {})).toEqual({});
    expect(rates(before, before, {})).toEqual({});
    const smaller = { ...after, total: { packets: 5 } };
    expect(rates(before, smaller, {})).not.toHaveProperty("packets");
  });
});

describe("what stray flows is asked for", () => {
  const options = (more: Partial<FlowsOptions> = {}) => more as FlowsOptions;

  it("one filter of all parts", () => {
    expect(filterText([], [])).toBe("");
    expect(filterText(["tcp", "or", "udp"], [])).toBe("tcp or udp");
    expect(filterText(["-", "dur", ">", "-1"], [])).toBe("dur > -1");
    expect(filterText(["udp"], ["port 53 or port 123", " "])).toBe("(port 53 or port 123) and (udp)");
  });

  it("which ones, how many", () => {
    expect(wanted(options())).toEqual({
      first: 1,
      last: Number.POSITIVE_INFINITY,
      top: undefined,
      by: undefined,
      isStored: false,
    });
    expect(wanted(options({ top: 3 }))).toMatchObject({ top: 3, by: "bytes" });
    expect(wanted(options({ by: "last" }))).toMatchObject({ top: 10, by: "last" });
    expect(wanted(options({ N: "2-4", from: "yesterday" }))).toMatchObject({
      first: 2,
      last: 4,
      isStored: true,
    });
    expect(() => wanted(options({ store: "/tmp" }))).toThrow("--store goes with --from or --to");
    expect(() => wanted(options({ N: "x" }))).toThrow("-N");
  });
});

describe("what stray reload says", () => {
  it("names what changed", () => {
    expect(reloadText({ changed: [], restartedCapture: false, messages: [] })).toBe(
      "reloaded; no key has changed\n",
    );
    expect(
      reloadText({
        changed: ["capture.filter", "log.level"],
        restartedCapture: true,
        messages: ["mind the gap\u0007"],
      }),
    ).toBe(
      "reloaded; changed: capture.filter, log.level\ncapture was opened anew: packets that came meanwhile were not seen\nmind the gap\\x07\n",
    );
  });
});
