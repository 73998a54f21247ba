// Ports of a node for whoever is logged in (`ssh -L`). A node listens on this machine's loopback addresses, so only these are reached: a
// login is no way into the networks of whoever runs the local cloud.
import { connect } from "node:net";
import type { Connection } from "ssh2";

const isLoopback = (host: string) =>
  host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);

/** @param mostAtOnce channels of this connection. */
export function serveForwarding(client: Connection, mostAtOnce: number): void {
  let open = 0;
  client.on("tcpip", (accept, reject, { destIP, destPort }) => {
    if (!isLoopback(destIP) || open >= mostAtOnce) return reject();
    open += 1;
    const socket = connect({ host: destIP, port: destPort });
    let isAnswered = false;
    socket.once("connect", () => {
      isAnswered = true;
      const channel = accept();
      channel.on("error", () => socket.destroy());
      channel.on("close", () => socket.destroy());
      socket.pipe(channel).pipe(socket);
    });
    socket.on("error", () => undefined); // `close` follows
    socket.once("close", () => {
      open -= 1;
      if (!isAnswered) reject();
    });
    client.once("close", () => socket.destroy());
  });
}
