"""Reads capture files with the release module under Wasmtime and tells what it says, for comparison with Node.

Usage: wasmtime-read.py MODULE JOB, where JOB is a JSON file: {"layout": {NAME: number}, "limits": HEX of the CONFIG
region, "homes": HEX of the HOMES region's beginning, "piece": bytes a window gets at once, "files": [paths]}. Prints a
JSON list, one object a file.
It knows nothing of the memory but what JOB tells it, and shares no code with the host.
"""

import ctypes
import hashlib
import json
import struct
import sys

from wasmtime import Config, Engine, Limits, Linker, MemoryType, Module, SharedMemory, Store
from wasmtime import _ffi as ffi


class ImportableMemory(SharedMemory):
    """Some releases of the package (49) wrap a pointer too many when a shared memory is given as an import."""

    def _as_extern(self):
        try:
            return super()._as_extern()
        except TypeError:
            union = ffi.wasmtime_extern_union(sharedmemory=self.ptr())
            return ffi.wasmtime_extern_t(ffi.WASMTIME_EXTERN_SHAREDMEMORY, union)


class Core:
    def __init__(self, engine, module, layout, limits, homes):
        self.layout = layout
        pages = layout["MEMORY_PAGES"]
        self.memory = ImportableMemory(engine, MemoryType(Limits(pages, pages), shared=True))
        self.base = ctypes.addressof(self.memory.data_ptr().contents)
        self.store = Store(engine)
        linker = Linker(engine)
        linker.define(self.store, "env", "memory", self.memory)
        self.exports = linker.instantiate(self.store, module).exports(self.store)
        self.write(layout["CONFIG_BASE"], limits)
        self.write(layout["HOMES_BASE"], homes)
        self.call("init")

    def call(self, name, *arguments):
        return self.exports[name](self.store, *arguments)

    def read(self, address, size):
        return ctypes.string_at(self.base + address, size)

    def write(self, address, data):
        ctypes.memmove(self.base + address, data, len(data))

    def read32(self, address):
        return struct.unpack("<I", self.read(address, 4))[0]

    def write32(self, address, value):
        self.write(address, struct.pack("<I", value))


class Ring:
    """Takes records out and hashes them in order."""

    def __init__(self, core):
        self.core = core
        self.hash = hashlib.sha256()
        self.records = 0
        layout = core.layout
        self.limit = core.read32(layout["CONFIG_BASE"] + layout["CONFIG_RECORD_LIMIT_OFFSET"])

    def take(self):
        core, layout = self.core, self.core.layout
        head = core.read32(layout["STATE_BASE"] + layout["STATE_RECORD_HEAD_OFFSET"])
        tail_at = layout["STATE_BASE"] + layout["STATE_RECORD_TAIL_OFFSET"]
        tail = core.read32(tail_at)
        while tail != head:
            at = layout["RECORDS_BASE"] + (tail % self.limit) * layout["RECORD_SIZE"]
            self.hash.update(core.read(at, layout["RECORD_SIZE"]))
            self.records += 1
            tail = (tail + 1) & 0xFFFFFFFF
        core.write32(tail_at, head)


def read_file(core, path, piece):
    layout = core.layout
    ring = Ring(core)
    header = layout["INPUTS_BASE"]
    window = layout["WINDOWS_BASE"]
    half = 0
    core.call("openInput", 0)
    with open(path, "rb") as file:
        unread = b""

        def refill():
            nonlocal half
            half = 1 - half
            data = window + half * layout["WINDOW_PART_SIZE"] + layout["WINDOW_CARRY_SIZE"]
            fresh = file.read(min(piece, layout["WINDOW_DATA_SIZE"]))
            core.write(data - len(unread), unread + fresh)
            core.write32(header + layout["INPUT_CURSOR_OFFSET"], data - len(unread))
            core.write32(header + layout["INPUT_END_OFFSET"], data + len(fresh))
            if file.peek(1) == b"":
                core.write32(header + layout["INPUT_EOF_OFFSET"], 1)

        refill()
        while True:
            answer = core.call("run", 1000)
            if answer == layout["RUN_RECORDS_FULL"]:
                ring.take()
            elif answer == layout["RUN_NEED_INPUT"]:
                cursor = core.read32(header + layout["INPUT_CURSOR_OFFSET"])
                end = core.read32(header + layout["INPUT_END_OFFSET"])
                unread = core.read(cursor, end - cursor)
                refill()
            elif answer != layout["RUN_MORE"]:
                break
    core.call("closeInput", 0)
    core.call("drain")
    ring.take()
    while core.call("flush") != 0:
        ring.take()
    ring.take()
    counters = core.read(layout["COUNTERS_BASE"], layout["COUNTERS_REGION_SIZE"])
    return {
        "answer": answer,
        "records": ring.records,
        "sha256": ring.hash.hexdigest(),
        "counters": hashlib.sha256(counters).hexdigest(),
    }


def main():
    with open(sys.argv[2], encoding="utf-8") as file:
        job = json.load(file)
    config = Config()
    config.wasm_threads = True
    config.shared_memory = True
    engine = Engine(config)
    module = Module.from_file(engine, sys.argv[1])
    limits = bytes.fromhex(job["limits"])
    homes = bytes.fromhex(job["homes"])
    results = []
    for path in job["files"]:
        core = Core(engine, module, job["layout"], limits, homes)
        results.append(read_file(core, path, job["piece"]))
    print(json.dumps(results))


main()
