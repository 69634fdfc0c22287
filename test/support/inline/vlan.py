# A host's VLAN interface: what the kernel sends into a tap goes out on the wire with a tag, and what comes with that tag
# comes out of the tap without it. Apart in Python because not every kernel has VLAN interfaces built in, and every one
# has taps. Always holds: a frame crosses whole or is counted as lost by who waits for it; frames of other VLANs stay out.
#
# Words: WIRE TAP VLAN. Prints "ready"; ends with standard input.

import fcntl
import os
import select
import socket
import struct
import sys

ETH_P_ALL = 3
SOL_PACKET = 263
PACKET_AUXDATA = 8
PACKET_IGNORE_OUTGOING = 23
TP_STATUS_VLAN_VALID = 1 << 4
TUNSETIFF = 0x400454CA
IFF_TAP_NO_PI = 0x0002 | 0x1000
FRAME_BYTES_MAX = 70_000
BATCH = 64

wire_name, tap_name, vlan = sys.argv[1], sys.argv[2], int(sys.argv[3])
tag = struct.pack("!HH", 0x8100, vlan)
tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22s", tap_name.encode(), IFF_TAP_NO_PI, b""))
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
wire.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
wire.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
wire.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)  # SO_RCVBUFFORCE
wire.bind((wire_name, ETH_P_ALL))
wire.setblocking(False)
# Frames go to the tap's own address, not the wire's.
wire.setsockopt(SOL_PACKET, 1, struct.pack("iHH8s", socket.if_nametoindex(wire_name), 1, 0, b""))
print("ready", flush=True)


def from_wire():
    for _ in range(BATCH):
        try:
            frame, extra, _, _ = wire.recvmsg(FRAME_BYTES_MAX, 128)
        except BlockingIOError:
            return
        for level, kind, value in extra:
            if (level, kind) == (SOL_PACKET, PACKET_AUXDATA):
                status, _, _, _, _, its_tag, _ = struct.unpack("=IIIHHHH", value[:20])
                if status & TP_STATUS_VLAN_VALID and its_tag & 0xFFF == vlan:
                    os.write(tap, frame)


def from_tap():
    for _ in range(BATCH):
        try:
            frame = os.read(tap, FRAME_BYTES_MAX)
        except BlockingIOError:
            return
        wire.send(frame[:12] + tag + frame[12:])


while True:
    readable, _, _ = select.select([wire, tap, sys.stdin], [], [])
    if wire in readable:
        from_wire()
    if tap in readable:
        from_tap()
    if sys.stdin in readable:
        break
