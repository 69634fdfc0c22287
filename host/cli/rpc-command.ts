// `stray rpc`: its options and its help.
// Apart from the work, which is loaded only when the command runs.
// Always holds: here is only what options are called.

import { Command } from "commander";
import type { Role } from "../control/roles.js";
import { roleOption } from "./control/role-option.js";
import {
  addSocketOption,
  type SetExitCode,
  type SocketOptions,
  UNREACHABLE_HELP,
} from "./control/socket-option.js";

const EXAMPLES = `
For programs, over ssh: a line of JSON in, a line of JSON out, as docs/control.md has them. strayd is told first which role
is wanted and from where the ssh client comes; that answer is not printed.

Examples:
  echo '{"jsonrpc":"2.0","id":1,"method":"v1.status"}' | ssh ops@sensor stray rpc
  stray rpc --role viewer < requests.jsonl

Exit status:
  0  one of the ends was closed
  ${UNREACHABLE_HELP}`;

export interface RpcOptions extends SocketOptions {
  readonly role?: Role;
}

export function rpcCommand(setExitCode: SetExitCode): Command {
  return addSocketOption(new Command("rpc"))
    .description("join standard input and output to the running sensor's control socket")
    .addOption(roleOption())
    .addHelpText("after", EXAMPLES)
    .action(async (options: RpcOptions) => {
      const { runRpc } = await import("./control/rpc.js");
      setExitCode(await runRpc(options));
    });
}
