// The work of `stray top`: looks at the sensor at each interval, draws, listens to keys.
// Apart from pictures, pages and the terminal: here is only when what happens.
// Always holds: two looks are held, no more; a sensor that goes away is told on the screen and asked again at the
// next interval; the user can quit while the sensor keeps silent.

import type { ControlClient } from "../../control/client.js";
import { StrayError } from "../../errors.js";
import type { Output } from "../output/output.js";
import { TOP_SORTS, type TopOptions, type TopSort } from "../top-command.js";
import { type Key, Screen } from "./screen.js";
import { visit } from "./session.js";
import { canDraw, isColourWelcome } from "./terminal.js";
import { topJson } from "./top-json.js";
import { topPage } from "./top-page.js";
import { type TopPicture, type TopSample, topPicture } from "./top-picture.js";

const FLOWS_ASKED = 200;
const FLOWS_PRINTED = 20;
const PRINTED_SIZE = { rows: 60, columns: 200 };
const INTERVALS_MS: readonly number[] = [200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000];
const PAGE_FLOWS = 10;

export async function runTop(options: TopOptions): Promise<number> {
  return await visit(options, async (client, out) => {
    if (options.json) return await printJson(client, out, options);
    if (options.once || !canDraw()) return await printOnce(client, out, options);
    return await new LiveTop(client, options).run();
  });
}

async function look(client: ControlClient, sort: TopSort): Promise<TopSample> {
  const flows = await client.flows({ top: FLOWS_ASKED, sort: sort === "rate" ? "bytes" : sort });
  return { flows, status: await client.status(), counters: await client.counters() };
}

async function printOnce(
  client: ControlClient,
  out: Output,
  { by, interval, once }: TopOptions,
): Promise<number> {
  if (!once)
    out.warn("standard output is no terminal that can draw: printed once; --json prints at each interval");
  const before = await look(client, by);
  await client.rest(interval * 1000);
  const picture = topPicture(before, await look(client, by), by);
  const settings = {
    sort: by,
    intervalMs: interval * 1000,
    isPaused: false,
    scroll: 0,
    failure: undefined,
    hasKeys: false,
  };
  const lines = topPage({ ...picture, flows: picture.flows.slice(0, FLOWS_PRINTED) }, settings, PRINTED_SIZE);
  for (const { text } of lines) out.line(`${text}\n`);
  out.flush();
  return 0;
}

async function printJson(
  client: ControlClient,
  out: Output,
  { by, interval, once }: TopOptions,
): Promise<number> {
  let before = await look(client, by);
  for (;;) {
    await client.rest(interval * 1000);
    const after = await look(client, by);
    out.line(topJson(topPicture(before, after, by), FLOWS_PRINTED));
    out.flush();
    if (once) return 0;
    before = after;
  }
}

class LiveTop {
  private readonly screen: Screen;
  private before: TopSample | undefined;
  private after: TopSample | undefined;
  private failure: string | undefined;
  private sort: TopSort;
  private intervalMs: number;
  private isPaused = false;
  private scroll = 0;
  private dueMs = performance.now();
  private hasQuit = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly client: ControlClient,
    options: TopOptions,
  ) {
    this.sort = options.by;
    this.intervalMs = options.interval * 1000;
    this.screen = new Screen(isColourWelcome(), {
      key: (key) => this.press(key),
      redraw: () => this.draw(),
      quit: () => this.quit(),
    });
  }

  async run(): Promise<number> {
    this.screen.enter();
    try {
      while (!this.hasQuit) {
        if (!this.isPaused && performance.now() >= this.dueMs) {
          this.dueMs = performance.now() + this.intervalMs;
          await Promise.race([this.lookAgain(), this.untilQuit()]);
        }
        if (!this.hasQuit) this.draw();
        await this.rest();
      }
    } finally {
      this.screen.leave();
    }
    return 0;
  }

  private async lookAgain(): Promise<void> {
    const { sort } = this;
    try {
      const sample = await look(this.client, sort);
      this.before = this.after;
      this.after = sample;
      this.failure = undefined;
    } catch (error) {
      if (!(error instanceof StrayError)) throw error;
      // In front: a narrow screen cuts off the end.
      this.failure = `trying again: ${error.message}`;
    }
  }

  private async untilQuit(): Promise<void> {
    while (!this.hasQuit) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  /** Until the next look is due, or a key was pressed. */
  private rest(): Promise<void> {
    if (this.hasQuit) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.isPaused
        ? undefined
        : setTimeout(resolve, Math.max(0, this.dueMs - performance.now()));
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private get picture(): TopPicture | undefined {
    return this.after === undefined ? undefined : topPicture(this.before, this.after, this.sort);
  }

  private draw(): void {
    const { sort, intervalMs, isPaused, scroll, failure } = this;
    const { hasKeys, size } = this.screen;
    this.screen.draw(topPage(this.picture, { sort, intervalMs, isPaused, scroll, failure, hasKeys }, size));
  }

  private quit(): void {
    this.hasQuit = true;
    this.wake();
  }

  private press(key: Key): void {
    const act = this.actions[key];
    if (act === undefined) return;
    act();
    this.wake();
  }

  private readonly actions: Readonly<Record<string, () => void>> = {
    q: () => this.quit(),
    interrupt: () => this.quit(),
    s: () => this.sortBy(1),
    right: () => this.sortBy(1),
    left: () => this.sortBy(-1),
    " ": () => this.pause(),
    "+": () => this.setPace(INTERVALS_MS.find((ms) => ms > this.intervalMs)),
    "-": () => this.setPace(INTERVALS_MS.findLast((ms) => ms < this.intervalMs)),
    up: () => this.scrollBy(-1),
    down: () => this.scrollBy(1),
    pageUp: () => this.scrollBy(-PAGE_FLOWS),
    pageDown: () => this.scrollBy(PAGE_FLOWS),
  };

  private sortBy(step: number): void {
    const place = TOP_SORTS.indexOf(this.sort) + step + TOP_SORTS.length;
    this.sort = TOP_SORTS[place % TOP_SORTS.length]!;
    this.scroll = 0;
    this.dueMs = performance.now();
  }

  private pause(): void {
    this.isPaused = !this.isPaused;
    if (!this.isPaused) this.dueMs = performance.now();
  }

  private setPace(intervalMs: number | undefined): void {
    if (intervalMs === undefined) return;
    this.intervalMs = intervalMs;
    this.dueMs = Math.min(this.dueMs, performance.now() + intervalMs);
  }

  private scrollBy(flows: number): void {
    const last = Math.max(0, (this.after?.flows.count ?? 0) - 1);
    this.scroll = Math.min(last, Math.max(0, this.scroll + flows));
  }
}
