// The option by which a connection is to have no more than a role.
// Apart because what serves others over ssh has it in common.
// Always holds: it lowers; strayd refuses what is above the account's own.

import { Option } from "commander";
import { ROLES } from "../../control/roles.js";

export function roleOption(): Option {
  return new Option("--role <role>", "no more than this role, whatever the account has").choices(ROLES);
}
