// The C library's functions that Node.js has no door to: packet sockets, mmap, poll, capabilities.
// Apart because this is the only file that loads koffi, and only on first use: `stray read` never does.
// Always holds: a call answers with its result, or with the negated errno as the kernel itself would, taken at once,
// before anything else can overwrite it; structs go in and out as bytes in the machine's own order.

import { createRequire } from "node:module";
import { printable, StrayError } from "../errors.js";

type Koffi = typeof import("koffi");

/** What points to bytes: a view of them, or an address. */
export type Pointer = Uint8Array | bigint | number | null;

/** Every function answers >= 0, or -errno. Sizes in bytes. */
export interface Libc {
  readonly pointerBytes: number;
  readonly pageBytes: number;
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array, bytes: number): number;
  close(fd: number): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, bytes: number): number;
  /** `bytes`: 4 bytes, the room in `value` going in, what was written coming out. */
  getsockopt(fd: number, level: number, name: number, value: Uint8Array, bytes: Uint8Array): number;
  /** Without data: sends what waits in the socket's ring (packet(7), PACKET_TX_RING). */
  sendto(
    fd: number,
    data: Uint8Array | null,
    bytes: number,
    flags: number,
    address: Uint8Array | null,
    addressBytes: number,
  ): number;
  ioctl(fd: number, request: number, argument: Uint8Array): number;
  /** The address of the mapping, or -errno. */
  mmap(address: bigint, bytes: number, protection: number, flags: number, fd: number, offset: number): bigint;
  munmap(address: bigint, bytes: number): number;
  memcpy(to: bigint, from: bigint, bytes: number): void;
  /** `fds`: an array of struct pollfd, 8 bytes each. Blocks the calling thread. */
  poll(fds: Uint8Array, count: number, timeoutMs: number): number;
  /** Blocks the calling thread for at least so long. */
  usleep(microseconds: number): number;
  prctl(option: number, two: number, three: number, four: number, five: number): number;
  capget(header: Uint8Array, data: Uint8Array): number;
  capset(header: Uint8Array, data: Uint8Array): number;
  setns(fd: number, type: number): number;
  /** bpf(2), which the C library has no function for. `attributes`: union bpf_attr. */
  bpf(command: number, attributes: Uint8Array): number;
  mount(source: string, target: string, type: string, flags: number, options: string): number;
  umount2(target: string, flags: number): number;
  flock(fd: number, operation: number): number;
  recv(fd: number, data: Uint8Array, bytes: number, flags: number): number;
  fcntl(fd: number, command: number, argument: number): number;
  /** Answers only when it fails. Both lists end with null. */
  execve(path: string, words: readonly (string | null)[], environment: readonly (string | null)[]): number;
  initgroups(user: string, gid: number): number;
  setgid(gid: number): number;
  setuid(uid: number): number;
  /** The C library's words for an errno. */
  strerror(errno: number): string;
  /** Address of the first byte of a view; valid as long as its buffer lives. */
  addressOf(view: Uint8Array): bigint;
  readU32(address: bigint): number;
  writeU32(address: bigint, value: number): void;
  /** Result of getpwnam: undefined when there is no such account. */
  account(name: string): { readonly uid: number; readonly gid: number } | undefined;
  /** Symbolic names by errno. */
  readonly errnoNames: ReadonlyMap<number, string>;
}

/** The number of bpf(2) by the machine (asm/unistd.h). */
const BPF_NUMBERS: ReadonlyMap<string, number> = new Map([
  ["x64", 321],
  ["arm64", 280],
]);

let bindings: Libc | undefined;

/**
 * The C library, loaded on the first call.
 * @throws StrayError LIBC_UNAVAILABLE where koffi has no library for this machine, or the system has no glibc.
 */
export function libc(): Libc {
  bindings ??= load();
  return bindings;
}

/** An errno (positive, or negated as the calls answer) as `EPERM (Operation not permitted)`. */
export function errnoText(errno: number): string {
  const positive = Math.abs(errno);
  return `${errnoName(positive)} (${libc().strerror(positive)})`;
}

/** The symbolic name of an errno (positive, or negated): `EPERM`. */
export function errnoName(errno: number): string {
  const positive = Math.abs(errno);
  return libc().errnoNames.get(positive) ?? `errno ${positive}`;
}

/** The number of a symbolic errno name on this machine. */
export function errnoNumber(name: string): number {
  for (const [number, known] of libc().errnoNames) if (known === name) return number;
  return -1;
}

function unavailable(error: unknown): StrayError {
  const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
  return new StrayError(
    "LIBC_UNAVAILABLE",
    `live capture needs Linux with glibc and the package koffi for ${process.platform}-${process.arch}: ${printable(reason ?? "")}`,
    2,
    { cause: error },
  );
}

function load(): Libc {
  if (process.platform !== "linux") throw unavailable(new Error("this system is not Linux"));
  try {
    const koffi: Koffi = createRequire(import.meta.url)("koffi");
    return bind(koffi, koffi.load("libc.so.6"));
  } catch (error) {
    throw unavailable(error);
  }
}

function bind(koffi: Koffi, library: ReturnType<Koffi["load"]>): Libc {
  // The name alone would do, but a declaration says what each call passes.
  const checked =
    (declaration: string) =>
    // biome-ignore lint/suspicious/noExplicitAny: koffi's functions take and give whatever the declaration says
    (...values: any[]): number => {
      const result = call(declaration)(...values) as number;
      return result === -1 ? -koffi.errno() : result;
    };
  const functions = new Map<string, ReturnType<typeof library.func>>();
  const call = (declaration: string) => {
    const known = functions.get(declaration) ?? library.func(declaration);
    functions.set(declaration, known);
    return known;
  };
  const controlled = checked("int fcntl(int, int, ...)");
  const systemCalled = checked("long syscall(long, ...)");
  const bpfNumber = BPF_NUMBERS.get(process.arch);
  const mapped = call("intptr_t mmap(uintptr_t, size_t, int, int, int, long)");
  const copied = call("uintptr_t memcpy(uintptr_t, uintptr_t, size_t)");
  const pointerBytes = koffi.sizeof("void *");
  return {
    pointerBytes,
    pageBytes: call("int getpagesize()")() as number,
    socket: checked("int socket(int, int, int)"),
    bind: checked("int bind(int, const void *, uint)"),
    close: checked("int close(int)"),
    setsockopt: checked("int setsockopt(int, int, int, const void *, uint)"),
    getsockopt: checked("int getsockopt(int, int, int, void *, void *)"),
    sendto: checked("long sendto(int, const void *, size_t, int, const void *, uint)"),
    ioctl: checked("int ioctl(int, ulong, void *)"),
    mmap: (address, bytes, protection, flags, fd, offset) => {
      const result = BigInt(mapped(address, bytes, protection, flags, fd, offset) as number | bigint);
      if (result === -1n) return BigInt(-koffi.errno());
      return BigInt.asUintN(8 * pointerBytes, result);
    },
    munmap: checked("int munmap(uintptr_t, size_t)"),
    memcpy: (to, from, bytes) => void copied(to, from, bytes),
    poll: checked("int poll(void *, ulong, int)"),
    usleep: checked("int usleep(uint)"),
    prctl: checked("int prctl(int, ulong, ulong, ulong, ulong)"),
    capget: checked("int capget(void *, void *)"),
    capset: checked("int capset(void *, void *)"),
    setns: checked("int setns(int, int)"),
    bpf: (command, attributes) =>
      bpfNumber === undefined
        ? -(koffi.os.errno["ENOSYS"] ?? 38)
        : systemCalled(bpfNumber, "int", command, "void *", attributes, "uint", attributes.byteLength),
    mount: checked("int mount(const char *, const char *, const char *, ulong, const char *)"),
    umount2: checked("int umount2(const char *, int)"),
    flock: checked("int flock(int, int)"),
    recv: checked("long recv(int, void *, size_t, int)"),
    fcntl: (fd, command, argument) => controlled(fd, command, "int", argument),
    execve: checked("int execve(const char *, const char **, const char **)"),
    initgroups: checked("int initgroups(const char *, uint)"),
    setgid: checked("int setgid(uint)"),
    setuid: checked("int setuid(uint)"),
    strerror: (errno) => call("const char *strerror(int)")(errno) as string,
    addressOf: (view) => koffi.address(view),
    readU32: (address) => koffi.decode.uint32(address),
    writeU32: (address, value) => koffi.encode(address, "uint32_t", value),
    account: (name) => account(koffi, call("void *getpwnam(const char *)")(name)),
    errnoNames: new Map(Object.entries(koffi.os.errno).map(([known, number]) => [number, known])),
  };
}

/** uid and gid of glibc's struct passwd (pwd.h): behind the two pointers to name and password. */
function account(koffi: Koffi, passwd: unknown): { uid: number; gid: number } | undefined {
  if (passwd === null) return undefined;
  const at = 2 * koffi.sizeof("void *");
  return { uid: koffi.decode(passwd, at, "uint32_t"), gid: koffi.decode(passwd, at + 4, "uint32_t") };
}
