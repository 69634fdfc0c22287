// Runs a program of eBPF over a page, verdicts, a frame of a given length and a clock: as much of RFC 9669 as the switch
// uses. Apart from the test because it is a machine of its own. Always holds: an instruction or a function that it does
// not know is an error, and so is an address outside of what it was given.

interface World {
  /** The map's value. */
  readonly page: DataView;
  /** This processor's, by side, 8 bytes each. */
  readonly verdicts: DataView;
  readonly frameBytes: number;
  readonly nowNs: bigint;
  /** What bpf_redirect answers. */
  readonly redirected: bigint;
}

export interface Outcome {
  readonly result: bigint;
  readonly redirects: readonly { readonly index: bigint; readonly flags: bigint }[];
}

/** Descriptors that a program names its maps by. */
export const MAPS = { page: 3, verdicts: 4 };

const CONTEXT = 0x1_0000n;
const PAGE = 0x2_0000n;
const VERDICTS = 0x3_0000n;
/** Where the stack ends; it grows downwards. */
const STACK = 0x4_0000n;
const STACK_BYTES = 512;
const STEPS_MAX = 1000;

export function runProgram(code: Uint8Array, world: World): Outcome {
  const view = new DataView(code.buffer);
  const registers = new BigInt64Array(11);
  registers[1] = CONTEXT;
  registers[10] = STACK;
  const redirects: { index: bigint; flags: bigint }[] = [];
  const memory = new Memory(world);
  const register = (number: number): bigint => registers[number] ?? 0n;
  for (let at = 0, steps = 0; steps < STEPS_MAX; steps++) {
    const [operation, both] = [view.getUint8(at), view.getUint8(at + 1)];
    const [dst, src] = [both & 15, both >> 4];
    const off = view.getInt16(at + 2, true);
    const imm = view.getInt32(at + 4, true);
    at += 8;
    switch (operation) {
      case 0x18:
        registers[dst] = mapAddress(src, imm) + BigInt(view.getInt32(at + 4, true));
        at += 8;
        break;
      case 0x61:
      case 0x79:
        registers[dst] = memory.read(register(src) + BigInt(off), operation === 0x61 ? 4 : 8);
        break;
      case 0x62:
      case 0x7a:
        memory.write(register(dst) + BigInt(off), operation === 0x62 ? 4 : 8, BigInt(imm));
        break;
      case 0x7b:
        memory.write(register(dst) + BigInt(off), 8, register(src));
        break;
      case 0xdb:
        memory.write(
          register(dst) + BigInt(off),
          8,
          memory.read(register(dst) + BigInt(off), 8) + register(src),
        );
        break;
      case 0xbf:
        registers[dst] = register(src);
        break;
      case 0xb7:
        registers[dst] = BigInt(imm);
        break;
      case 0x07:
        registers[dst] = register(dst) + BigInt(imm);
        break;
      case 0x1f:
        registers[dst] = register(dst) - register(src);
        break;
      case 0x05:
        at += off * 8;
        break;
      case 0x15:
        if (register(dst) === BigInt(imm)) at += off * 8;
        break;
      case 0x55:
        if (register(dst) !== BigInt(imm)) at += off * 8;
        break;
      case 0xdd:
        if (register(dst) <= register(src)) at += off * 8;
        break;
      case 0x85:
        if (imm === 23) redirects.push({ index: register(1), flags: register(2) });
        registers[0] = imm === 1 ? lookUp(memory, register(1), register(2)) : answer(imm, world);
        // Arguments do not outlive a call.
        for (const lost of [1, 2, 3, 4, 5]) registers[lost] = -0x7777n;
        break;
      case 0x95:
        return { result: register(0), redirects };
      default:
        throw new Error(`unknown instruction 0x${operation.toString(16)}`);
    }
  }
  throw new Error("the program does not end");
}

/** `kind`: 1 for the map itself, 2 for its only value. */
function mapAddress(kind: number, fd: number): bigint {
  if (kind === 2 && fd === MAPS.page) return PAGE;
  if (kind === 1 && fd === MAPS.verdicts) return VERDICTS;
  throw new Error(`unknown map ${fd}, taken as ${kind}`);
}

/** bpf_map_lookup_elem. */
function lookUp(memory: Memory, map: bigint, key: bigint): bigint {
  if (map !== VERDICTS) throw new Error("only verdicts are looked up");
  const index = memory.read(key, 4);
  return index < 2n ? VERDICTS + index * 8n : 0n;
}

function answer(number: number, { nowNs, frameBytes, redirected }: World): bigint {
  if (number === 5) return nowNs;
  if (number === 188) return BigInt(frameBytes);
  if (number === 23) return redirected;
  throw new Error(`unknown function ${number}`);
}

class Memory {
  private readonly stack = new DataView(new ArrayBuffer(STACK_BYTES));

  constructor(private readonly world: World) {}

  read(address: bigint, width: 4 | 8): bigint {
    // struct __sk_buff begins with its length.
    if (address === CONTEXT && width === 4) return BigInt(this.world.frameBytes);
    const [view, at] = this.locate(address);
    return width === 4 ? BigInt(view.getUint32(at, true)) : view.getBigInt64(at, true);
  }

  write(address: bigint, width: 4 | 8, value: bigint): void {
    const [view, at] = this.locate(address);
    if (width === 4) view.setUint32(at, Number(BigInt.asUintN(32, value)), true);
    else view.setBigInt64(at, value, true);
  }

  /** Where a view ends, it throws by itself. */
  private locate(address: bigint): [DataView, number] {
    if (address < VERDICTS) return [this.world.page, Number(address - PAGE)];
    if (address < STACK - BigInt(STACK_BYTES)) return [this.world.verdicts, Number(address - VERDICTS)];
    return [this.stack, Number(address - STACK) + STACK_BYTES];
  }
}
