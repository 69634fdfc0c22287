// A profile for tests, with parts of it replaced.
// Apart because loading, budget and command are tried on the same.

export const BOARD_TEXT = `title: Test board
architecture: amd64
memory: 1GiB
cores: 2
storage: {kind: sd, size: 8GiB, system: 1GiB}
nics:
  - {name: eth0, driver: igb, speed: 1000, role: management}
  - {name: eth1, driver: igb, speed: 1000, role: wire-a}
  - {name: eth2, driver: igb, speed: 1000, role: wire-b}
system: {kernel: 64MiB, services: 64MiB, cache: 64MiB}
stray:
  sensor: {profile: small}
  capture: {interfaces: [eth1, eth2], ring: 4MiB}
  inline: {mode: simulate}
sources:
  - {title: A page, where: "https://example.org", tells: everything}
`;

/** BOARD_TEXT with `from` replaced. @throws Error when it is not there. */
export function boardText(from: string, to: string): string {
  if (!BOARD_TEXT.includes(from)) throw new Error(`the test board has no ${from}`);
  return BOARD_TEXT.replace(from, to);
}
