// Runs a program of eBPF over a page, a frame of a given length and a clock: as much of RFC 9669 as the switch uses.
// Apart from the test because it is a machine of its own. Always holds: an instruction or a function that it does not
// know is an error, and so is an address outside the page and the frame's description.

interface World {
  /** The map's value. */
  readonly page: DataView;
  readonly frameBytes: number;
  readonly nowNs: bigint;
  /** What bpf_redirect answers. */
  readonly redirected: bigint;
}

export interface Outcome {
  readonly result: bigint;
  readonly redirects: readonly { readonly index: bigint; readonly flags: bigint }[];
}

const CONTEXT = 0x1_0000n;
const PAGE = 0x2_0000n;
const STEPS_MAX = 1000;

export function runProgram(code: Uint8Array, world: World): Outcome {
  const view = new DataView(code.buffer);
  const registers = new BigInt64Array(11);
  registers[1] = CONTEXT;
  const redirects: { index: bigint; flags: bigint }[] = [];
  const register = (number: number): bigint => registers[number] ?? 0n;
  for (let at = 0, steps = 0; steps < STEPS_MAX; steps++) {
    const [operation, both] = [view.getUint8(at), view.getUint8(at + 1)];
    const [dst, src] = [both & 15, both >> 4];
    const off = view.getInt16(at + 2, true);
    const imm = view.getInt32(at + 4, true);
    at += 8;
    switch (operation) {
      case 0x18:
        if (src !== 2) throw new Error("only a map's value is known");
        registers[dst] = PAGE + BigInt(view.getInt32(at + 4, true));
        at += 8;
        break;
      case 0x61:
      case 0x79:
        registers[dst] = read(world, register(src) + BigInt(off), operation === 0x61 ? 4 : 8);
        break;
      case 0xdb:
        add(world, register(dst) + BigInt(off), register(src));
        break;
      case 0xbf:
        registers[dst] = register(src);
        break;
      case 0xb7:
        registers[dst] = BigInt(imm);
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
        registers[0] = answer(imm, world);
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

function answer(number: number, { nowNs, frameBytes, redirected }: World): bigint {
  if (number === 5) return nowNs;
  if (number === 188) return BigInt(frameBytes);
  if (number === 23) return redirected;
  throw new Error(`unknown function ${number}`);
}

function read({ page, frameBytes }: World, address: bigint, width: 4 | 8): bigint {
  // struct __sk_buff begins with its length.
  if (address === CONTEXT && width === 4) return BigInt(frameBytes);
  const at = Number(address - PAGE);
  return width === 4 ? BigInt(page.getUint32(at, true)) : page.getBigInt64(at, true);
}

function add({ page }: World, address: bigint, value: bigint): void {
  const at = Number(address - PAGE);
  page.setBigUint64(at, page.getBigUint64(at, true) + value, true);
}
