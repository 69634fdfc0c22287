// What standard output can show.
// Apart because several commands ask, and all must ask alike.
// Always holds: NO_COLOR (any value but none) and TERM=dumb mean no colour, whatever the terminal.

/** Standard output is a terminal that can move its cursor. */
export function canDraw(): boolean {
  const { TERM: terminal } = process.env;
  return process.stdout.isTTY === true && terminal !== undefined && terminal !== "" && terminal !== "dumb";
}

export function isColourWelcome(): boolean {
  const { NO_COLOR: noColour, TERM: terminal } = process.env;
  return process.stdout.isTTY === true && !noColour && terminal !== "dumb";
}
