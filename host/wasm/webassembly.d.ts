// The part of the WebAssembly API that the host uses. TypeScript has it only among the browser's types, which
// would bring a thousand globals that Node.js hasn't got.

type BufferSource = ArrayBufferView | ArrayBuffer;

declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer | SharedArrayBuffer;
  }
  interface MemoryDescriptor {
    initial: number;
    maximum?: number;
    shared?: boolean;
  }
  interface Module {
    readonly [Symbol.toStringTag]: string;
  }
  interface Instance {
    readonly exports: Record<string, unknown>;
  }
  interface Global {
    value: unknown;
  }
  const Memory: { new (descriptor: MemoryDescriptor): Memory };
  const Module: { new (bytes: BufferSource): Module };
  const Global: { new (descriptor: { value: string; mutable?: boolean }, value?: unknown): Global };
  function validate(bytes: BufferSource): boolean;
  const Instance: { new (module: Module, imports?: object): Instance };
}
