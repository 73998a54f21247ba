// The program behind the shims for `mount`, `umount`, `blobfuse2`, `fusermount3`, `mountpoint` and `sync` on emulated nodes.
// It understands the command lines with which a compute node mounts Azure storage, asks the mount service of the local
// cloud to do it, and hands every other command line to the real program. It is text, written to disk as it is: plain
// JavaScript for the oldest Node that is supported, no imports but Node's own, no state.

export const shimProgram = String.raw`// Stand-in for mount commands on emulated nodes; started as: node batchai-mount.mjs <program> [arguments...]
import { spawnSync } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { request } from "node:http";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const [program, ...words] = process.argv.slice(2);
const { BATCHAI_MOUNT_ENDPOINT: endpoint, BATCHAI_MOUNT_TOKEN: token } = process.env;

function fail(code, message) {
  process.stderr.write(program + ": " + message + "\n");
  process.exit(code);
}

/** Runs the real program, the next one of this name on PATH. */
function passThrough() {
  for (const directory of (process.env.PATH ?? "").split(delimiter)) {
    if (directory === "" || resolve(directory) === here) continue;
    const file = join(directory, program);
    try {
      accessSync(file, constants.X_OK);
    } catch {
      continue;
    }
    const { status, error } = spawnSync(file, words, { stdio: "inherit" });
    if (error) fail(1, error.message);
    process.exit(status ?? 1);
  }
  fail(127, "this node has no " + program + ", and its shim does not know: " + program + " " + words.join(" "));
}

function ask(method, path, body) {
  if (endpoint === undefined || token === undefined) fail(1, "BATCHAI_MOUNT_ENDPOINT and BATCHAI_MOUNT_TOKEN are not set");
  return new Promise((done) => {
    const text = JSON.stringify(body ?? {});
    const headers = { authorization: "Bearer " + token, "content-type": "application/json", "content-length": Buffer.byteLength(text) };
    const sent = request(endpoint + path, { method, headers }, (answer) => {
      let answered = "";
      answer.setEncoding("utf8").on("data", (part) => (answered += part));
      answer.on("end", () => {
        try {
          done({ status: answer.statusCode, body: JSON.parse(answered) });
        } catch {
          done({ status: answer.statusCode, body: { message: "the mount service gave an answer that is not JSON" } });
        }
      });
    });
    sent.on("error", (error) => done({ status: 0, body: { message: "the mount service cannot be reached: " + error.message } }));
    sent.end(text);
  });
}

/** Splits words into options and operands. "valued": options that take the next word when they have no "=". */
function parse(args, valued) {
  const options = [];
  const operands = [];
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index];
    if (word === "--") {
      operands.push(...args.slice(index + 1));
      break;
    }
    if (!word.startsWith("-") || word === "-") operands.push(word);
    else if (valued.includes(word)) options.push([word, args[(index += 1)] ?? ""]);
    else if (word.includes("=")) options.push([word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]);
    else if (/^-o./.test(word)) options.push(["-o", word.slice(2)]);
    else options.push([word, ""]);
  }
  return { options, operands, value: (name) => options.findLast((one) => one[0] === name)?.[1] };
}

function readConfig(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    fail(1, "failed to read config file " + file + " [" + error.code + "]");
  }
}

function scalar(text) {
  const value = text.trim();
  if (/^'.*'$/.test(value)) return value.slice(1, -1).replaceAll("''", "'");
  if (/^".*"$/.test(value)) return JSON.parse(value);
  return value.replace(/\s+#.*$/, "");
}

/** The two-level YAML of blobfuse2, or the "name value" lines of blobfuse 1. */
function configValues(text) {
  const values = {};
  let section = "";
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(#.*)?$/.test(line)) continue;
    const pair = /^(\s*)([A-Za-z0-9_-]+)\s*:(?:\s+(.*))?$/.exec(line);
    const old = /^(accountName|accountKey|sasToken|containerName|authType|blobEndpoint)\s+(\S+)\s*$/.exec(line);
    if (old) values[{ accountName: "account-name", accountKey: "account-key", sasToken: "sas", containerName: "container", authType: "mode", blobEndpoint: "endpoint" }[old[1]]] = old[2];
    else if (pair && pair[1] === "" && (pair[3] ?? "") === "") section = pair[2];
    else if (pair && (pair[1] === "" || section === "azstorage")) values[pair[2]] = scalar(pair[3] ?? "");
  }
  return values;
}

async function mount(body, refusedCode) {
  const { status, body: answer } = await ask("POST", "/mounts", body);
  if (status === 404) passThrough();
  if (status !== 200) fail(refusedCode, answer.message ?? "refused with status " + status);
  process.exit(0);
}

function optionText(options) {
  return options.map(([name, value]) => (name === "-o" ? "-o " + value : value === "" ? name : name + "=" + value)).join(" ");
}

async function blobfuse(args) {
  if (args[0] === "unmount" || args[0] === "umount") return unmount(args.slice(1));
  const two = args[0] === "mount";
  if (program === "blobfuse2" && !two) passThrough();
  const { options, operands, value } = parse(two ? args.slice(1) : args, ["-o", "--config-file", "--tmp-path", "--container-name", "--log-level", "--log-type"]);
  if (operands.length !== 1) fail(1, "expected one mount point, got: " + operands.join(" "));
  const file = value("--config-file");
  const config = file === undefined ? {} : configValues(readConfig(file));
  const env = process.env;
  const account = config["account-name"] ?? env.AZURE_STORAGE_ACCOUNT;
  const key = config["account-key"] ?? env.AZURE_STORAGE_ACCESS_KEY;
  const sas = config.sas ?? env.AZURE_STORAGE_SAS_TOKEN;
  const container = value("--container-name") ?? config.container ?? env.AZURE_STORAGE_ACCOUNT_CONTAINER;
  if (!account) fail(1, "failed to mount: account name not provided");
  if (!container) fail(1, "failed to mount: container name not provided");
  const byIdentity = config.mode?.toLowerCase() === "msi";
  if (byIdentity && !config.resid) fail(1, "failed to mount: name the identity by its resource id (resid)");
  if (config.mode && !byIdentity && !["key", "sas"].includes(config.mode.toLowerCase())) fail(1, "failed to mount: authentication mode '" + config.mode + "' is not supported on emulated nodes");
  const readOnly = config["read-only"] === "true" ? " --read-only" : "";
  await mount({ kind: "azureBlobFileSystem", accountName: account, ...(byIdentity ? { identity: config.resid } : key ? { accountKey: key } : sas ? { sasKey: sas } : {}), container, target: resolve(operands[0]), options: optionText(options.filter((one) => !/^--(config-file|tmp-path|container-name)$/.test(one[0]))) + readOnly }, 1);
}

async function realMount(args) {
  const { options, operands, value } = parse(args, ["-o", "-t", "--types", "--options"]);
  const type = value("-t") ?? value("--types");
  if (/^nfs4?$/.test(type ?? "") && operands.length === 2 && endpoint !== undefined)
    await mount({ kind: "nfs", source: operands[0], target: resolve(operands[1]), options: optionText(options.filter((one) => one[0] === "-o" || one[0] === "--options")) }, 32);
  if (type !== "cifs" || operands.length !== 2) passThrough();
  const share = /^\/\/([a-z0-9]+)\.file\.[^/]+\/([^/]+)\/?(.*)$/.exec(operands[0]);
  if (!share) passThrough();
  if (share[3]) fail(32, "mounting a directory of a share is not supported on emulated nodes: " + operands[0]);
  const flags = options.filter((one) => one[0] === "-o" || one[0] === "--options").flatMap((one) => one[1].split(","));
  const given = Object.fromEntries(flags.map((flag) => [flag.split("=")[0], flag.slice(flag.indexOf("=") + 1)]));
  const file = given.credentials ?? given.cred;
  const lines = file === undefined ? [] : readConfig(file).split(/\r?\n/);
  const fromFile = (name) => lines.find((line) => line.trim().startsWith(name + "="))?.trim().slice(name.length + 1);
  const user = fromFile("username") ?? given.username ?? given.user;
  const password = fromFile("password") ?? given.password ?? given.pass ?? process.env.PASSWD;
  if (user !== undefined && user !== share[1] && user !== "AZURE\\" + share[1]) fail(32, "mount error(13): Permission denied");
  const kept = flags.filter((flag) => !/^(credentials|cred|username|user|password|pass)=/.test(flag));
  await mount({ kind: "azureFileShare", accountName: share[1], ...(password ? { accountKey: password } : {}), container: share[2], target: resolve(operands[1]), options: kept.join(",") }, 32);
}

async function unmount(args) {
  const { operands } = parse(args, ["-t", "-O"]);
  if (operands.length === 0 || endpoint === undefined) passThrough();
  for (const target of operands) {
    const { status, body } = await ask("DELETE", "/mounts", { target: resolve(target) });
    if (status === 404) passThrough();
    if (status !== 200) fail(32, body.message ?? "refused with status " + status);
  }
}

async function mountpoint(args) {
  const { operands, options } = parse(args, []);
  if (endpoint === undefined || operands.length !== 1) passThrough();
  const { status, body } = await ask("GET", "/mounts");
  if (status !== 200 || !body.targets.includes(resolve(operands[0]))) passThrough();
  if (!options.some((one) => one[0] === "-q")) process.stdout.write(operands[0] + " is a mountpoint\n");
}

/** Of a file system in user space sync hands over what is still on its way; here the mount service does it. */
async function sync(args) {
  const { operands, options } = parse(args, []);
  if (options.length > 0 || operands.length === 0 || endpoint === undefined) passThrough();
  for (const path of operands) {
    const { status, body } = await ask("POST", "/mounts/sync", { path: resolve(path) });
    if (status === 404) passThrough();
    if (status !== 200) fail(1, "error syncing '" + path + "': " + (body.message ?? "refused with status " + status));
  }
}

const programs = { sync, mount: realMount, umount: unmount, blobfuse, blobfuse2: blobfuse, fusermount: unmount, fusermount3: unmount, mountpoint };
await programs[program](words);
`;
