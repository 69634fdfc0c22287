// `npm run sign`: signs packages for `stray update`, and makes the key to sign with.
// Apart from building them: the key lies where releases are signed, not where they are built.
// Always holds: a key that is there is not written over; the private half is its owner's alone to read.

import { createHash, createPrivateKey, generateKeyPairSync } from "node:crypto";
import { createReadStream, readFileSync, statSync, writeFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { keyId, SIGNATURE_SUFFIX, signatureText } from "../../host/update/signature.js";

const EXAMPLES = `
Examples:
  npm run sign -- --make-key update         # update.pem to sign with, update.pub.pem for the sensors
  npm run sign -- --key update.pem build/stray_0.2.0_amd64.deb`;

const program = new Command("npm run sign --")
  .description("sign packages for stray update")
  .argument("[package...]", "gets a signature beside it: PACKAGE.sig")
  .option("--key <file>", "private Ed25519 key, PEM")
  .option("--make-key <name>", "make NAME.pem and NAME.pub.pem")
  .addHelpText("after", EXAMPLES)
  .exitOverride()
  .action(work);

async function work(files: string[], { key, makeKey }: { key?: string; makeKey?: string }): Promise<void> {
  if (makeKey !== undefined) makeKeys(makeKey);
  else if (key === undefined || files.length === 0) program.help({ error: true });
  else for (const file of files) await signFile(file, key);
}

function makeKeys(name: string): void {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519", {
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  writeFileSync(`${name}.pem`, privateKey, { mode: 0o600, flag: "wx" });
  writeFileSync(`${name}.pub.pem`, publicKey, { flag: "wx" });
  console.log(`${name}.pem (keep it safe), ${name}.pub.pem: key ${keyId(createPrivateKey(privateKey))}`);
}

async function signFile(path: string, keyPath: string): Promise<void> {
  const key = createPrivateKey(readFileSync(keyPath));
  if (key.asymmetricKeyType !== "ed25519") throw new Error(`${keyPath} is no Ed25519 key`);
  const hash = createHash("sha512");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  const sum = { size: statSync(path).size, sha512: hash.digest("hex") };
  writeFileSync(`${path}${SIGNATURE_SUFFIX}`, signatureText(sum, key));
  console.log(`${path}${SIGNATURE_SUFFIX}: key ${keyId(key)}`);
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    console.error(`sign: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
