// An answer leaves the server only when what it tells is on disk: one's own change, or another's that was read. Invariant: no
// byte of an answer is sent before the commit that its first byte waited for.
import type { Server, ServerResponse } from "node:http";

/** `commit` gives undefined when there is nothing to wait for. */
export function answerAfterCommit(server: Server, commit: () => Promise<void> | undefined): void {
  server.prependListener("request", (_request, response: ServerResponse) => holdBack(response, commit));
}

function holdBack(response: ServerResponse, commit: () => Promise<void> | undefined): void {
  const write = response.write.bind(response) as (...content: unknown[]) => boolean;
  const end = response.end.bind(response) as (...content: unknown[]) => ServerResponse;
  const held: (() => unknown)[] = [];
  let state: "untouched" | "waiting" | "open" = "untouched";
  const release = () => {
    state = "open";
    for (const send of held) send();
    // Whoever was told to pause goes on.
    if (!response.writableNeedDrain) response.emit("drain");
  };
  const mayPass = () => {
    if (state !== "untouched") return state === "open";
    const committed = commit();
    state = committed === undefined ? "open" : "waiting";
    // What is not on disk is not acknowledged: the connection ends without an answer.
    committed?.then(release, () => response.destroy());
    return committed === undefined;
  };
  response.write = (...content: unknown[]) => {
    if (mayPass()) return write(...content);
    held.push(() => write(...content));
    return false;
  };
  response.end = (...content: unknown[]) => {
    if (mayPass()) return end(...content);
    held.push(() => end(...content));
    return response;
  };
}
