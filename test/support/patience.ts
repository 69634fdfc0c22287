// How much longer a test may wait where it runs emulated. Apart because every test that waits by the clock asks it.
// Always holds: 1 on a machine of its own kind.

/** Set by test/arm64: programs are translated as they run, and starting one takes seconds. */
export const IS_EMULATED = process.env["STRAY_EMULATED"] === "1";

/** Times are multiplied by it. */
export const PATIENCE = IS_EMULATED ? 20 : 1;
