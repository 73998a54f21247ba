// A container engine for tests: `node fake-container-cli.mjs FOLDER COMMAND …` understands what the emulator asks of docker
// and podman, notes every call in FOLDER/calls, and runs the "container" as a process in a session of its own, which
// outlives the command line as a real container does. FOLDER/registry/NAME is an image that can be pulled: JSON
// { entrypoint?, directory?, environment?, login?, gate? }, where `login` is the registry that must have been logged in to,
// and `gate` a file without which no pull ends.
import { spawn } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

const [folder, verb, ...words] = process.argv.slice(2);
const image = (kind, name) => join(folder, kind, encodeURIComponent(name));
const container = (name) => join(folder, "containers", name);
for (const kind of ["images", "registry", "containers"]) mkdirSync(join(folder, kind), { recursive: true });
appendFileSync(join(folder, "calls"), `${JSON.stringify([verb, ...words])}\n`);

function fail(message, code = 125) {
  process.stderr.write(`Error: ${message}\n`);
  process.exit(code);
}

function pause(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function inspect() {
  const name = words.at(-1);
  if (!existsSync(image("images", name))) fail(`${name}: image not known`);
  process.stdout.write(`id-of-${name}\n`);
}

function login() {
  const [, user, , server] = words;
  const password = readFileSync(0, "utf8");
  if (password !== "right") fail(`login to ${server} as ${user}: unauthorized`);
  appendFileSync(process.env.REGISTRY_AUTH_FILE, `${server}\n`);
}

function pull() {
  const [name] = words;
  const source = image("registry", name);
  if (!existsSync(source)) fail(`${name}: manifest unknown`);
  const { login: server, gate } = JSON.parse(readFileSync(source, "utf8"));
  const auth = process.env.REGISTRY_AUTH_FILE;
  const isIn = auth !== undefined && existsSync(auth) && readFileSync(auth, "utf8").includes(`${server}\n`);
  if (server !== undefined && !isIn) fail(`${name}: authentication required`);
  while (gate !== undefined && existsSync(source) && !existsSync(gate)) pause(20);
  writeFileSync(image("images", name), readFileSync(source));
}

const withValue = [
  "--name",
  "--cidfile",
  "--label",
  "--env-file",
  "-e",
  "--security-opt",
  "--log-driver",
  "--mount",
];
const alsoWithValue = ["-w", "--user", "--entrypoint", "--network"];

function parseRun() {
  const options = {};
  let at = 0;
  for (; words[at]?.startsWith("-"); at += 1) {
    const word = words[at];
    if (word === "--rm" || word.includes("=")) continue;
    if (![...withValue, ...alsoWithValue].includes(word)) fail(`unknown flag: ${word}`);
    at += 1;
    (options[word] ??= []).push(words[at]);
  }
  return { options, name: words[at], command: words.slice(at + 1) };
}

function environmentOf(options) {
  const lines = readFileSync(options["--env-file"][0], "utf8").split("\n");
  const pairs = lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(/=(.*)/s));
  const inherited = (options["-e"] ?? []).map((name) => [name, process.env[name] ?? ""]);
  return Object.fromEntries([...pairs, ...inherited]);
}

function run() {
  const { options, name, command } = parseRun();
  if (!existsSync(image("images", name))) fail(`${name}: image not known`);
  const made = JSON.parse(readFileSync(image("images", name), "utf8"));
  const entrypoint = options["--entrypoint"] ?? made.entrypoint ?? [];
  const place = container(options["--name"][0]);
  mkdirSync(place);
  writeFileSync(join(place, "labels"), (options["--label"] ?? []).join("\n"));
  writeFileSync(options["--cidfile"][0], `id-of-${options["--name"][0]}`);
  const [program, ...args] = [...entrypoint, ...command];
  // A container does not run before the engine has noted it, nor when it was removed before that.
  const whenNoted = `while [ ! -e ${join(place, "pid")} ]; do [ -d ${place} ] || exit 137; done; exec "$@"`;
  const child = spawn("/bin/sh", ["-c", whenNoted, "sh", program, ...args], {
    cwd: options["-w"]?.[0] ?? made.directory ?? "/",
    env: { PATH: "/usr/bin:/bin", ...made.environment, ...environmentOf(options) },
    stdio: ["ignore", "inherit", "inherit"],
    detached: true,
  });
  writeFileSync(join(place, "pid"), String(child.pid));
  child.once("exit", (code) => {
    rmSync(place, { recursive: true, force: true });
    if (code === 127) fail(`executable file ${program} not found in $PATH`, 127);
    process.exit(code ?? 137);
  });
}

function end(name) {
  if (!existsSync(container(name))) return false;
  try {
    process.kill(-Number(readFileSync(join(container(name), "pid"), "utf8")), "SIGKILL");
  } catch {
    // It has not started, or ended by itself.
  }
  return true;
}

function list() {
  const label = words[words.indexOf("--filter") + 1].replace(/^label=/, "");
  for (const name of readdirSync(join(folder, "containers")))
    if (labelsOf(name).includes(label)) process.stdout.write(`${name}\n`);
}

function labelsOf(name) {
  try {
    return readFileSync(join(container(name), "labels"), "utf8").split("\n");
  } catch {
    return []; // It has just gone, or is only being made.
  }
}

const verbs = {
  version: () => process.stdout.write("Client: podman, or so\n"),
  image: inspect,
  login,
  pull,
  run,
  ps: list,
  kill: () => end(words[0]) || fail(`no container with name ${words[0]}`),
  rm: () => {
    if (!end(words[1])) fail(`no container with name ${words[1]}`);
    rmSync(container(words[1]), { recursive: true, force: true });
  },
};
(verbs[verb] ?? (() => fail(`unknown command ${verb}`)))();
