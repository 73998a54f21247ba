// What the service keeps of artifacts, in memory, and the reading of it. Parts of uploads come by `sendPart`, as a storage takes them.
import type { Artifacts } from "../../../services/artifacts.ts";
import type { OutputFile, OutputFiles } from "../../../services/output-files.ts";

const container = "artifacts";
const address = "https://artifacts.example/";

export function memoryArtifacts(now: () => number) {
  const times = new Map<string, string>();
  const files = new Map<string, Uint8Array>();
  const parts = new Map<string, Uint8Array>();
  const below = (path: string) => [...files.keys()].filter((name) => name.startsWith(`${path}/`));
  const service: Artifacts = {
    place: (directory) => ({ kind: "blob", accountName: "own", container, directory }),
    async write(path, content) {
      files.set(path, content);
      times.set(path, new Date(now()).toISOString());
    },
    partLinks: async (path, upload, count) =>
      Array.from({ length: count }, (_, index) => `${address}${path}?upload=${upload}&part=${index + 1}`),
    async assemble(path, upload, numbers) {
      const found = numbers.map((part) => parts.get(`${address}${path}?upload=${upload}&part=${part}`));
      if (found.some((part) => part === undefined)) return "missing";
      files.set(path, Buffer.concat(found.map((part) => part ?? new Uint8Array())));
      return "assembled";
    },
    async remove(path) {
      for (const name of [path, ...below(path)]) files.delete(name);
    },
    async folders() {
      const names = new Set([...files.keys()].map((name) => name.split("/")[0] ?? ""));
      return [...names].map((folder) => ({ folder, modifiedAt: times.get(below(folder)[0] ?? "") ?? "" }));
    },
  };
  const reading: OutputFiles = {
    async list({ directory }, { page: { size, continuation = "0" } }) {
      const found = new Map<string, OutputFile>();
      for (const path of below(directory).toSorted()) {
        const [name = "", ...deeper] = path.slice(directory.length + 1).split("/");
        const isDirectory = deeper.length > 0;
        const length = isDirectory ? {} : { contentLength: files.get(path)?.length ?? 0 };
        found.set(name, { name, isDirectory, ...length });
      }
      const [all, start] = [[...found.values()], Number(continuation)];
      const items = all.slice(start, start + size);
      return start + size < all.length ? { items, continuation: String(start + size) } : { items };
    },
    read: async ({ directory }, name, { offset, maxBytes }) =>
      files.get(`${directory}/${name}`)?.subarray(offset, offset + maxBytes),
    size: async ({ directory }, name) => files.get(`${directory}/${name}`)?.length,
    link: async ({ directory }, name) => `${address}${directory}/${name}?sig=secret-signature`,
  };
  return {
    service,
    reading,
    files,
    isOwn: (place: { readonly container: string }) => place.container === container,
    sendPart: (link: string, content: string) => void parts.set(link, Buffer.from(content)),
  };
}
