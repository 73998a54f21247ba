// Starts the Azurite child as the local cloud does, tells its ports, and waits to be killed.
import { fork } from "node:child_process";

const { CHILD_FILE, FOLDER, ACCOUNT, KEY } = process.env;
const child = fork(CHILD_FILE, [], { env: { AZURITE_ACCOUNTS: `${ACCOUNT}:${KEY}` } });
child.once("message", (message) => process.send(message.ports));
child.send({ kind: "start", folder: FOLDER, ports: { blob: 0, queue: 0, table: 0 } });
