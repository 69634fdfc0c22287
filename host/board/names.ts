// The names of the profiles that come with stray.
// Apart from the folder so that completion needs no file to know them.
// Always holds: they are the folders below boards/, sorted, held by a test.

export const BOARD_NAMES = [
  "generic-x64",
  "nanopi-r4s",
  "pc-engines-apu2",
  "qemu-aarch64",
  "qemu-x64",
  "raspberry-pi-4",
  "raspberry-pi-cm4",
] as const;
