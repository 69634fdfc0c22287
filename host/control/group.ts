// Names and numbers of the system's groups.
// Apart because the server turns a name into a number and the client, for its advice, a number into a name.
// Always holds: only /etc/group is asked, so that no directory service can hold up the start.

import { readFileSync } from "node:fs";

/** Lines of /etc/group are `name:password:number:members` (group(5)). */
function groups(file: string): { name: string; id: number }[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return [];
  }
  return text.split("\n").flatMap((line) => {
    const [name = "", , id = ""] = line.split(":");
    return name !== "" && /^\d+$/.test(id) ? [{ name, id: Number(id) }] : [];
  });
}

export function groupId(name: string, file = "/etc/group"): number | undefined {
  return groups(file).find((group) => group.name === name)?.id;
}

export function groupName(id: number, file = "/etc/group"): string | undefined {
  return groups(file).find((group) => group.id === id)?.name;
}
