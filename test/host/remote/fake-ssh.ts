// What stands in for ssh where no network is wanted: by destination it joins its input and output to a control socket,
// as `stray rpc` does, or says what ssh says and ends, or keeps silent.
// Always holds: every call is written down with its arguments, so that a test can say that there was none.

import { appendFileSync, readFileSync } from "node:fs";
import { connect } from "node:net";

interface Host {
  readonly socket?: string;
  readonly out?: string;
  readonly say?: string;
  readonly exit?: number;
  readonly isSilent?: true;
}

const { FAKE_SSH_FOLDER: folder = "." } = process.env;
const args = process.argv.slice(2);
appendFileSync(`${folder}/calls`, `${JSON.stringify({ pid: process.pid, args })}\n`);
const hosts = JSON.parse(readFileSync(`${folder}/hosts.json`, "utf8")) as Record<string, Host>;
const host = hosts[args.at(-2) ?? ""] ?? { say: "ssh: no such host in this test", exit: 255 };

if (host.out !== undefined) process.stdout.write(host.out);
if (host.say !== undefined) process.stderr.write(host.say);
if (host.socket !== undefined) {
  const socket = connect(host.socket);
  socket.on("error", () => {
    process.stderr.write("stray: strayd is not running: nobody answers\n");
    process.exit(2);
  });
  process.stdin.pipe(socket).pipe(process.stdout);
  socket.on("close", () => process.exit(0));
} else if (host.isSilent) {
  process.stdin.resume();
  setInterval(() => undefined, 60_000);
} else {
  process.exitCode = host.exit ?? 0;
}
