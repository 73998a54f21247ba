// Follows a growing text file of a job's output directory through the links that listOutputFiles returns, by ranged
// reads. Lines are delivered whole; a last line without newline is delivered when the job has ended.
import type { ApiClient } from "./api-client.ts";

export interface OutputFileEntry {
  readonly name: string;
  readonly fileType: "file" | "directory";
  readonly downloadUrl?: string;
  readonly properties: { readonly lastModified: string; readonly contentLength?: number };
}

export async function listOutputFiles(
  api: ApiClient,
  jobPath: string,
  directoryId: string,
): Promise<readonly OutputFileEntry[]> {
  const { value } = await api.post<{ value: OutputFileEntry[] }>(`${jobPath}/listOutputFiles`, {
    outputdirectoryid: directoryId,
  });
  return value;
}

export interface Follower {
  /** Reads what is new and delivers the complete lines. */
  poll(): Promise<void>;
  /** Reads the rest, delivering also a last line without newline. */
  finish(): Promise<void>;
}

export function followOutput(
  api: ApiClient,
  jobPath: string,
  file: { directoryId: string; name: string },
  onLine: (line: string) => void,
): Follower {
  let url: string | undefined;
  let offset = 0;
  let rest = "";
  const decoder = new TextDecoder();
  const poll = async (): Promise<void> => {
    url ??= (await listOutputFiles(api, jobPath, file.directoryId)).find(
      ({ name }) => name === file.name,
    )?.downloadUrl;
    if (url === undefined) return;
    const response = await fetch(url, { headers: { range: `bytes=${offset}-` } });
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (response.status === 416 || response.status === 404) return;
    if (!response.ok) throw new Error(`${file.name} could not be read: storage answered ${response.status}`);
    const fresh = response.status === 206 ? bytes : bytes.subarray(offset);
    offset += fresh.length;
    const lines = (rest + decoder.decode(fresh, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  };
  return {
    poll,
    finish: async () => {
      await poll();
      if (rest !== "") onLine(rest);
      rest = "";
    },
  };
}
