// What the image takes of a board: its name, architecture, interfaces and the configuration that comes with it.
// Apart so that the rest of the builder knows nothing of profiles. Always holds: what is here was checked.

export type Architecture = "amd64" | "arm64";

export interface ImageBoard {
  readonly name: string;
  readonly architecture: Architecture;
  /** Kernel's names of the two that stand in the wire, and of the one to reach the machine by. */
  readonly inline: readonly [string, string];
  readonly management: string;
  /** Device of the serial console. */
  readonly console: string;
  /** stray.yaml */
  readonly config: string;
}

export function imageBoard(name: string): ImageBoard {
  const arm = name.includes("aarch64");
  return {
    name,
    architecture: arm ? "arm64" : "amd64",
    inline: ["enp0s3", "enp0s4"],
    management: "enp0s2",
    console: arm ? "ttyAMA0" : "ttyS0",
    config: "capture:\n  interfaces: [enp0s3, enp0s4]\ninline:\n  mode: inline\n  at-stop: bypass\n",
  };
}
