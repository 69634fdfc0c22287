// The metrics as a file: whole or not at all, written again after a failure, gone when nobody writes it any more.

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MetricsFile } from "../../../host/metrics/metrics-file.js";
import { MetricsKeeper } from "../../../host/sensor/metrics-keeper.js";
import { until } from "../../support/daemon.js";
import { wholeReports } from "./whole-reports.js";

let folder: string;
let said: string[];
const log = (_: string, message: string) => void said.push(message);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stray-metrics-"));
  said = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("MetricsFile", () => {
  it("is written whole, for everybody to read, and leaves nothing else", async () => {
    const path = join(folder, "stray.prom");
    let turn = 0;
    const file = new MetricsFile({
      path,
      everyMs: 3_600_000,
      log,
      text: () => Buffer.from(`turn ${++turn}\n`),
    });
    await file.write();
    await file.write();
    expect(readFileSync(path, "utf8")).toBe("turn 2\n");
    expect(statSync(path).mode & 0o777 & ~process.umask()).toBe(0o644 & ~process.umask());
    expect(readdirSync(folder)).toEqual(["stray.prom"]);
    expect(file.counters()).toEqual({ files: 2, bytes: 14, errors: 0 });
    await file.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("counts what can't be written, says so once, and goes on when it can", async () => {
    const below = join(folder, "later");
    const file = new MetricsFile({
      path: join(below, "stray.prom"),
      everyMs: 3_600_000,
      log,
      text: () => Buffer.from("x\n"),
    });
    await file.write();
    await file.write();
    expect(file.counters()).toMatchObject({ files: 0, errors: 2 });
    expect(file.state()).toEqual({ ok: false, text: `${below}/stray.prom: ENOENT` });
    expect(said).toHaveLength(1);
    mkdirSync(below);
    await file.write();
    expect(file.state().ok).toBe(true);
    expect(said).toHaveLength(2);
    await file.close();
  });

  it("takes a report that fails as a failure", async () => {
    const options = { path: join(folder, "stray.prom"), everyMs: 3_600_000, log };
    const file = new MetricsFile({
      ...options,
      text: () => {
        throw new Error("no report");
      },
    });
    await file.write();
    expect(file.state()).toEqual({ ok: false, text: `${options.path}: no report` });
    await file.close();
  });

  it("is never seen half written", async () => {
    const path = join(folder, "stray.prom");
    const whole = `${"y".repeat(1 << 20)}\n`;
    const file = new MetricsFile({ path, everyMs: 3_600_000, log, text: () => Buffer.from(whole) });
    await file.write();
    for (let turn = 0; turn < 20; turn++) {
      const writing = file.write();
      expect(readFileSync(path, "utf8").length).toBe(whole.length);
      await writing;
    }
    await file.close();
    chmodSync(folder, 0o700);
  });
});

describe("MetricsKeeper", () => {
  const { status, counters } = wholeReports();

  function keeper() {
    let reports = 0;
    const kept = new MetricsKeeper({
      log,
      status: () => {
        reports++;
        return status;
      },
      counters: () => counters,
    });
    return { kept, reports: () => reports };
  }

  it("makes no report more than once a second, however many ask", async () => {
    const { kept, reports } = keeper();
    await kept.open({ metrics: { listen: { host: "127.0.0.1", port: 0 }, file: undefined, everyMs: 1000 } });
    const url = `http://127.0.0.1:${kept.port}/metrics`;
    const startedMs = performance.now();
    for (let turn = 0; turn < 50; turn++)
      expect((await (await fetch(url)).text()).length).toBeGreaterThan(1000);
    expect(reports()).toBeLessThanOrEqual(1 + Math.ceil((performance.now() - startedMs) / 1000));
    await kept.close();
  });

  it("keeps what does not change over a reload, replaces what does, and stays as it was when refused", async () => {
    const { kept } = keeper();
    const listen = { host: "127.0.0.1", port: 0 };
    const file = join(folder, "stray.prom");
    await kept.open({ metrics: { listen, file, everyMs: 1000 } });
    const { port } = kept;
    await kept.replace({ metrics: { listen, file, everyMs: 2000 } });
    expect(kept.port).toBe(port);
    expect(kept.reports.map(({ name }) => name)).toEqual(["metrics:127.0.0.1:0", "metrics-file"]);
    const wrong = { host: "192.0.2.1", port: 1 };
    await expect(kept.replace({ metrics: { listen: wrong, file, everyMs: 2000 } })).rejects.toThrow(
      /loopback/,
    );
    expect(kept.port).toBe(port);
    await kept.replace({ metrics: { listen: undefined, file: undefined, everyMs: 2000 } });
    expect(kept.reports).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
    await kept.close();
  });

  it("says that the address is taken, and serves when it is free", async () => {
    const { kept } = keeper();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", () => resolve()));
    const { port } = taken.address() as AddressInfo;
    await kept.open({ metrics: { listen: { host: "127.0.0.1", port }, file: undefined, everyMs: 1000 } });
    expect(kept.reports.map(({ name }) => name)).toEqual([`metrics:127.0.0.1:${port}`]);
    expect(kept.reports[0]?.state()).toMatchObject({
      ok: false,
      text: expect.stringContaining("EADDRINUSE"),
    });
    expect(said).toHaveLength(1);
    await new Promise((resolve) => taken.close(resolve));
    kept.pulse(Date.now());
    expect(kept.port).toBeUndefined();
    kept.pulse(Date.now() + 60_000);
    await until("it serves", () => kept.port === port);
    expect(kept.reports[0]?.state().ok).toBe(true);
    await kept.close();
  });
});
