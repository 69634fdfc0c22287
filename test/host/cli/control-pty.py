# Runs a command on a terminal of its own, as a person sits before it, and tells what the terminal received.
# Apart because Node.js has no pseudo-terminals. Reads a JSON plan on standard input:
#   {"command": [...], "rows": n, "columns": n, "steps": [{"wait": regex, "send"?: text, "signal"?: name,
#    "resize"?: [rows, columns]}]}
# Each step waits for its pattern in what came since the step before, then acts. Writes JSON: the whole output, the
# exit code or signal, whether every step was reached, and whether the terminal is in line mode with echo afterwards.
# On standard error a line tells each step as it is reached.

import fcntl, json, os, pty, re, select, signal, struct, subprocess, sys, termios, time

plan = json.load(sys.stdin)
master, slave = pty.openpty()


def resize(rows, columns):
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def take_terminal():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


resize(plan["rows"], plan["columns"])
child = subprocess.Popen(plan["command"], stdin=slave, stdout=slave, stderr=slave, preexec_fn=take_terminal)
output, since = b"", 0
deadline = time.monotonic() + (600 if os.environ.get("STRAY_EMULATED") == "1" else 30)
steps = list(plan["steps"])
while time.monotonic() < deadline:
    if select.select([master], [], [], 0.05)[0]:
        output += os.read(master, 65536)
    elif child.poll() is not None:
        break
    while steps and re.search(steps[0]["wait"].encode(), output[since:], re.S):
        step = steps.pop(0)
        print(len(plan["steps"]) - len(steps), file=sys.stderr, flush=True)
        since = len(output)
        if "resize" in step:
            resize(*step["resize"])
        if "send" in step:
            os.write(master, step["send"].encode())
        if "signal" in step:
            child.send_signal(getattr(signal, step["signal"]))
if child.poll() is None:
    child.kill()
code = child.wait()
flags = termios.tcgetattr(slave)[3]
json.dump(
    {
        "output": output.decode("utf8", "replace"),
        "exitCode": code if code >= 0 else None,
        "signal": signal.Signals(-code).name if code < 0 else None,
        "isDone": not steps,
        "isLineMode": bool(flags & termios.ICANON) and bool(flags & termios.ECHO),
    },
    sys.stdout,
)
