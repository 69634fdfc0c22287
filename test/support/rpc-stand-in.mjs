// `stray rpc` in short: standard input and output joined to the control socket that is named.

import { connect } from "node:net";

const socket = connect(process.argv[2]);
socket.on("error", () => {
  process.stderr.write("stray: strayd is not running: nobody answers\n");
  process.exit(2);
});
process.stdin.pipe(socket).pipe(process.stdout);
socket.on("close", () => process.exit(0));
