import { writeFileSync, chmodSync } from "node:fs";
import { join } from "node:path";
import { it } from "vitest";
import { LiveRig, SENSOR_INTERFACE } from "../support/live-rig.js";
import { DaemonHome } from "../support/strayd.js";
it("mem", async () => {
  const rig = new LiveRig("mem");
  const home = new DaemonHome();
  try {
    const path = join(home.folder, "own.rules");
    const words = "abcdefghijklmnopqrstuvwxyz".split("");
    const rnd = (k: number) => Array.from({length:k},()=>words[Math.floor(Math.random()*26)]).join("");
    const make = (n: number) => writeFileSync(path, Array.from({length:n},(_,i)=>`alert tcp any any -> any 80 (msg:"rule ${i}"; content:"${rnd(12)}"; nocase; content:"${rnd(5)}"; distance:2; pcre:"/${rnd(4)}\\d+${rnd(4)}/i"; sid:${i+1}; rev:1;)`).join("\n"));
    make(1);
    for (const [profile, inspect] of [["small", true]] as const) {
      home.configure({ sensor: {profile, user: "nobody", name: "m"}, capture: { interfaces: [SENSOR_INTERFACE] }, inspection: {enabled: inspect}, rules: { files: [path] }, alerts: {log: {directory: home.alertsPath}, evidence: {directory: home.evidencePath}} });
      make(1);
      const d = await home.start(rig.sensor);
      const rss = async () => (await home.status()).memory;
      console.log(profile, inspect, JSON.stringify(await rss()));
      for (const n of [5000,5000,5000,5000,5000,5000,5000,5000,5000,5000]) { make(n); const t = performance.now(); const r = home.run("reload"); let slow = 0; 
        let done = false; r.then(() => { done = true; });
        while (!done) { const a = performance.now(); await home.status(); slow = Math.max(slow, performance.now() - a); }
        console.log(n, (await r).stdout, Math.round(performance.now() - t), "ms; slowest status", Math.round(slow), JSON.stringify(await rss())); }
      await d.stop();
    }
  } finally { await home.remove(); rig.remove(); }
}, 100000);
