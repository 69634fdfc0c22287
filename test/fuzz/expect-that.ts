// One way to say what is wrong with an image. Apart because the three checks share it.

/** @throws Error with `what` when it does not hold. */
export function expectThat(holds: boolean, what: () => string): void {
  if (!holds) throw new Error(`image: ${what()}`);
}
