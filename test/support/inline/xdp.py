# Somebody else's XDP program on an interface: it lets every frame pass, and goes with this process.
# Apart in Python because the sensor's own code must not be what makes the stranger. Always holds: "ready" is printed
# once it is there.
#
# Words: INTERFACE.

import ctypes
import os
import platform
import socket
import struct
import sys

NUMBERS = {"x86_64": 321, "aarch64": 280}
BPF_PROG_LOAD = 5
BPF_LINK_CREATE = 28
BPF_PROG_TYPE_XDP = 6
BPF_XDP = 37
XDP_FLAGS_SKB_MODE = 2

libc = ctypes.CDLL(None, use_errno=True)


def bpf(command, attributes):
    room = ctypes.create_string_buffer(attributes, 128)
    result = libc.syscall(NUMBERS[platform.machine()], command, room, 128)
    if result < 0:
        sys.exit(f"bpf({command}): {os.strerror(ctypes.get_errno())}")
    return result


# r0 = XDP_PASS; exit
text = ctypes.create_string_buffer(bytes.fromhex("b700000002000000" "9500000000000000"), 16)
licence = ctypes.create_string_buffer(b"GPL")
program = bpf(
    BPF_PROG_LOAD,
    struct.pack("=IIQQ", BPF_PROG_TYPE_XDP, 2, ctypes.addressof(text), ctypes.addressof(licence)),
)
index = socket.if_nametoindex(sys.argv[1])
bpf(BPF_LINK_CREATE, struct.pack("=IIII", program, index, BPF_XDP, XDP_FLAGS_SKB_MODE))
print("ready", flush=True)
sys.stdin.read()
