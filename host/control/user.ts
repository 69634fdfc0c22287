// Names of the system's accounts.
// Apart from groups because another file has them.
// Always holds: only /etc/passwd is asked, so that no directory service can hold up a client.

import { readFileSync } from "node:fs";

/** Of a uid; undefined where the file has none. Lines are `name:password:uid:gid:…` (passwd(5)). */
export function userName(uid: number, file = "/etc/passwd"): string | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
  for (const line of text.split("\n")) {
    const [name = "", , id = ""] = line.split(":");
    if (name !== "" && /^\d+$/.test(id) && Number(id) === uid) return name;
  }
  return undefined;
}
