// A progress bar on standard error for long files.
// Apart, and loading its library only when it shows, because most runs are over before.
// Always holds: nothing is drawn in the first second, nor when the size of the input isn't known.

import type { ReadProgress } from "../../capture/reader.js";

export interface Progress {
  update: (progress: ReadProgress) => void;
  stop: () => void;
}

interface Bar {
  start(total: number, value: number, payload: object): void;
  update(value: number, payload: object): void;
  stop(): void;
}

const DELAY_MS = 1000;
const MEBIBYTE = 1_048_576;

/** Undefined when no bar is wanted. */
export function startProgress(isWanted: boolean): Progress | undefined {
  if (!isWanted) return undefined;
  const startTime = performance.now();
  let bar: Bar | undefined;
  let isLoading = false;
  let isStopped = false;
  return {
    update: ({ bytes, bytesTotal, packets }) => {
      if (isStopped || bytesTotal === undefined || bytesTotal === 0) return;
      const payload = { packets, megabytes: (bytesTotal / MEBIBYTE).toFixed(0) };
      if (bar !== undefined) bar.update(Math.min(bytes, bytesTotal), payload);
      else if (!isLoading && performance.now() - startTime >= DELAY_MS) {
        isLoading = true;
        void loadBar().then((loaded) => {
          if (isStopped) return;
          bar = loaded;
          bar.start(bytesTotal, bytes, payload);
        });
      }
    },
    stop: () => {
      isStopped = true;
      bar?.stop();
    },
  };
}

async function loadBar(): Promise<Bar> {
  const { default: cliProgress } = await import("cli-progress");
  return new cliProgress.SingleBar({
    format: "{bar} {percentage}% of {megabytes} MiB, {packets} packets, {eta_formatted} left",
    barCompleteChar: "█",
    barIncompleteChar: "░",
    clearOnComplete: true,
    stream: process.stderr,
    hideCursor: true,
  });
}
