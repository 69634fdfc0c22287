// A reader of the WebAssembly binary format (core specification 2.0, chapter 5), enough to hold the release module
// to its promises: what it imports, exports, keeps as globals, starts with, and which instructions it uses.
// Always holds: every function body is read instruction by instruction to its end, or an error says where not.

export interface WasmImport {
  module: string;
  name: string;
  kind: "func" | "table" | "memory" | "global";
  memory?: { initial: number; maximum: number | undefined; shared: boolean };
}

export interface WasmModule {
  imports: WasmImport[];
  exports: { name: string; kind: string }[];
  mutableGlobals: number;
  memories: number;
  hasStart: boolean;
  /** Address and size of each active data segment. */
  data: { address: number; size: number }[];
  passiveData: number;
  /** How often each instruction occurs: 0x40 memory.grow, 0xfc0b memory.fill, 0xfd.., 0xfe... */
  opcodes: Map<number, number>;
}

export const OPCODE_MEMORY_GROW = 0x40;
const KINDS = ["func", "table", "memory", "global"] as const;

class Reader {
  at = 0;
  constructor(readonly bytes: Uint8Array) {}

  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new RangeError(`the module ends at ${this.at - 1}, more was expected`);
    return value;
  }

  /** LEB128, unsigned; only the low 32 bits matter here. */
  u32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }

  /** LEB128, signed, up to 32 bits. */
  s32(): number {
    let value = 0;
    for (let shift = 0; ; ) {
      const byte = this.byte();
      value |= (byte & 127) << shift;
      shift += 7;
      if (byte < 128) return shift < 32 && byte & 64 ? value | (-1 << shift) : value;
    }
  }

  name(): string {
    const size = this.u32();
    this.at += size;
    return Buffer.from(this.bytes.subarray(this.at - size, this.at)).toString("utf8");
  }

  skipLebs(count: number): void {
    for (let i = 0; i < count; i++) while (this.byte() >= 128);
  }

  limits(): { initial: number; maximum: number | undefined; shared: boolean } {
    const flags = this.byte();
    const initial = this.u32();
    return { initial, maximum: flags & 1 ? this.u32() : undefined, shared: (flags & 2) !== 0 };
  }
}

export function readWasm(bytes: Uint8Array): WasmModule {
  const r = new Reader(bytes);
  r.at = 8;
  const module: WasmModule = {
    imports: [],
    exports: [],
    mutableGlobals: 0,
    memories: 0,
    hasStart: false,
    data: [],
    passiveData: 0,
    opcodes: new Map(),
  };
  while (r.at < bytes.length) {
    const id = r.byte();
    const size = r.u32();
    const end = r.at + size;
    if (id === 2) readImports(r, module);
    else if (id === 5) module.memories += r.u32();
    else if (id === 6) readGlobals(r, module);
    else if (id === 7) readExports(r, module);
    else if (id === 8) module.hasStart = true;
    else if (id === 10) readCode(r, module);
    else if (id === 11) readData(r, module);
    r.at = end;
  }
  return module;
}

function readImports(r: Reader, module: WasmModule): void {
  for (let left = r.u32(); left > 0; left--) {
    const entry: WasmImport = { module: r.name(), name: r.name(), kind: KINDS[r.byte()] ?? "func" };
    if (entry.kind === "func") r.u32();
    else if (entry.kind === "memory") entry.memory = r.limits();
    else {
      r.byte();
      if (entry.kind === "table") r.limits();
      else r.byte();
    }
    module.imports.push(entry);
  }
}

function readGlobals(r: Reader, module: WasmModule): void {
  for (let left = r.u32(); left > 0; left--) {
    r.byte();
    if (r.byte() === 1) module.mutableGlobals++;
    readExpression(r, new Map());
  }
}

function readExports(r: Reader, module: WasmModule): void {
  for (let left = r.u32(); left > 0; left--) {
    module.exports.push({ name: r.name(), kind: KINDS[r.byte()] ?? "?" });
    r.u32();
  }
}

function readData(r: Reader, module: WasmModule): void {
  for (let left = r.u32(); left > 0; left--) {
    const mode = r.u32();
    let address = 0;
    if (mode === 1) module.passiveData++;
    else {
      if (mode === 2) r.u32();
      r.byte(); // i32.const
      address = r.s32();
      r.byte(); // end
    }
    const size = r.u32();
    r.at += size;
    if (mode !== 1) module.data.push({ address, size });
  }
}

function readCode(r: Reader, module: WasmModule): void {
  for (let left = r.u32(); left > 0; left--) {
    const size = r.u32();
    const end = r.at + size;
    for (let locals = r.u32(); locals > 0; locals--) {
      r.u32();
      r.byte();
    }
    readExpression(r, module.opcodes);
    if (r.at !== end)
      throw new RangeError(`a function body should end at ${end}, its instructions end at ${r.at}`);
  }
}

/** Reads instructions up to the `end` of the outermost block, counting each. */
function readExpression(r: Reader, opcodes: Map<number, number>): void {
  for (let depth = 1; depth > 0; ) {
    let opcode = r.byte();
    if (opcode >= 0xfc) opcode = (opcode << 8) | r.u32();
    opcodes.set(opcode, (opcodes.get(opcode) ?? 0) + 1);
    if (opcode >= 0x02 && opcode <= 0x04) depth++;
    if (opcode === 0x0b) depth--;
    skipImmediates(r, opcode);
  }
}

function skipImmediates(r: Reader, opcode: number): void {
  if (opcode >= 0xfe00) r.skipLebs(opcode === 0xfe03 ? 1 : 2);
  else if (opcode >= 0xfd00) skipSimd(r, opcode & 0xff);
  else if (opcode >= 0xfc00) skipBulk(r, opcode & 0xff);
  else if (opcode >= 0x02 && opcode <= 0x04) r.skipLebs(1);
  else if (opcode === 0x0c || opcode === 0x0d || opcode === 0x10 || opcode === 0x12) r.skipLebs(1);
  else if (opcode === 0x0e) r.skipLebs(r.u32() + 1);
  else if (opcode === 0x11 || opcode === 0x13) r.skipLebs(2);
  else if (opcode === 0x1c) r.skipLebs(r.u32());
  else if (opcode >= 0x20 && opcode <= 0x26) r.skipLebs(1);
  else if (opcode >= 0x28 && opcode <= 0x3e) r.skipLebs(2);
  else if (opcode >= 0x3f && opcode <= 0x42) r.skipLebs(1);
  else if (opcode === 0x43) r.at += 4;
  else if (opcode === 0x44) r.at += 8;
  else if (opcode === 0xd0 || opcode === 0xd2) r.skipLebs(1);
}

function skipBulk(r: Reader, opcode: number): void {
  if (opcode < 8) return;
  const two = opcode === 8 || opcode === 10 || opcode === 12 || opcode === 14;
  r.skipLebs(two ? 2 : 1);
}

function skipSimd(r: Reader, opcode: number): void {
  if (opcode <= 11 || opcode === 92 || opcode === 93) r.skipLebs(2);
  else if (opcode === 12 || opcode === 13) r.at += 16;
  else if (opcode >= 21 && opcode <= 34) r.at += 1;
  else if (opcode >= 84 && opcode <= 91) {
    r.skipLebs(2);
    r.at += 1;
  }
}
