// A strayd without packets, for logins over ssh: `stand-in FOLDER`. The real control socket at its usual place, the groups that
// a configuration has unless it says otherwise, the real audit log; what is done is a line in FOLDER/effects.
// Apart because it must run where the accounts of the test are: in its namespace of mounts.
// Always holds: what is not done leaves no line.

import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { AuditLog } from "../../../host/control/audit.js";
import { addDarkMethods } from "../../../host/control/dark-methods.js";
import { addInlineMethods } from "../../../host/control/inline-methods.js";
import { DEFAULT_SOCKET } from "../../../host/control/protocol.js";
import { ControlServer } from "../../../host/control/server.js";
import { FakeSensor, inlineReport } from "../../host/control/fake-sensor.js";

const [, , folder = ""] = process.argv;
const sensor = new FakeSensor().fill(3);
const effect = (what: string) => appendFileSync(join(folder, "effects"), `${what}\n`);
const never = (): never => {
  throw new Error("not known here");
};

const { reload } = sensor;
sensor.reload = async () => {
  effect("reload");
  return await reload.call(sensor);
};
// It stays: the next test asks too.
sensor.stop = () => effect("stop");

const audit = new AuditLog({ path: join(folder, "audit.log"), log: () => undefined });
const server = await ControlServer.listen({
  socket: DEFAULT_SOCKET,
  group: "stray",
  access: { operators: "stray-operators", admins: "stray-admins" },
  audit: audit.tell,
  clientsMax: 16,
  view: sensor,
  version: "0.1.0",
  log: () => undefined,
});
addInlineMethods(server.methods, {
  report: inlineReport,
  setBypass: (on) => {
    effect(`bypass ${on ? "on" : "off"}`);
    return { bypass: on };
  },
  test: never,
});
addDarkMethods(server.methods, {
  judge: () => ({}) as never,
  import: async (text) => {
    effect(`import ${JSON.stringify(text)}`);
    return { used: 1, unused: 0, alive: 0 };
  },
  forget: never,
});
audit.open();
const timer = setInterval(() => audit.pulse(Date.now()), 50);

process.once("SIGTERM", () => {
  clearInterval(timer);
  void server.close(100).then(() => audit.close());
});
process.stdout.write("ready\n");
