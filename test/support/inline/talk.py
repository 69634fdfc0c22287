# One TCP connection that is held open while the path breaks and heals: lines with a number each way, each answered.
# Apart in Python because it waits in one thread, with nothing between it and the kernel.
# Always holds: a byte that is wrong, missing or twice ends it with an error; it never opens a second connection.
#
# Words: "serve ADDRESS PORT" echoes on one connection after another; "talk ADDRESS PORT INTERVAL_US" sends until standard
# input says anything or ends, then closes and prints one line of JSON.

import json
import select
import socket
import sys
import time

LINE_BYTES = 64
PATIENCE_S = 20

role, address, port = sys.argv[1:4]
family = socket.AF_INET6 if ":" in address else socket.AF_INET

if role == "serve":
    door = socket.socket(family, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind((address, int(port)))
    door.listen(16)
    print("ready", flush=True)
    while True:
        link, _ = door.accept()
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while data := link.recv(65536):
                link.sendall(data)
        except OSError as error:
            print(f"{error.__class__.__name__}: {error}", flush=True)
        link.close()

interval_s = int(sys.argv[4]) / 1e6
result = {"exchanged": 0, "longestMs": 0.0, "error": None}
link = socket.create_connection((address, int(port)), timeout=PATIENCE_S)
link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
print("ready", flush=True)
try:
    while not select.select([sys.stdin], [], [], interval_s)[0]:
        line = f"{result['exchanged']:020d}".ljust(LINE_BYTES - 1, ".") + "\n"
        began = time.monotonic()
        link.sendall(line.encode())
        back = b""
        while len(back) < LINE_BYTES:
            data = link.recv(LINE_BYTES - len(back))
            if not data:
                raise ConnectionError("the other side closed")
            back += data
        if back.decode() != line:
            raise ValueError(f"sent {line!r}, got {back!r}")
        result["exchanged"] += 1
        result["longestMs"] = max(result["longestMs"], (time.monotonic() - began) * 1000)
    link.shutdown(socket.SHUT_WR)
    if link.recv(1):
        raise ValueError("bytes after the last line")
except (OSError, ValueError) as error:
    result["error"] = f"{error.__class__.__name__}: {error}"
print(json.dumps(result), flush=True)
