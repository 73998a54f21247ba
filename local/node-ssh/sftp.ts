// Files of a node for scp(1), sftp(1) and their like: version 3 of the protocol over what Node's file system does. Paths are those that
// programs on the node see; relative ones begin at the home of whoever logged in.
import type { Stats } from "node:fs";
import * as fs from "node:fs/promises";
import { resolve } from "node:path";
import ssh2 from "ssh2";
import type { Attributes, SFTPWrapper } from "ssh2";
import { attributesOf, change, changeOpen, entryOf, exists, flagsOf, modeOf } from "./sftp-attributes.ts";
import { openHandles } from "./sftp-handles.ts";

const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp;
const longestRead = 256 * 1024;
const namesAtOnce = 100;

interface Insides {
  readonly _protocol: { exitStatus(channel: number, code: number): void };
  readonly outgoing: { readonly id: number; readonly state: string };
}

/** What clients can tell from each other; the rest is `failure`. */
const codes: Readonly<Record<string, number>> = {
  ENOENT: STATUS_CODE.NO_SUCH_FILE,
  ENOTDIR: STATUS_CODE.NO_SUCH_FILE,
  EACCES: STATUS_CODE.PERMISSION_DENIED,
  EPERM: STATUS_CODE.PERMISSION_DENIED,
};

interface Served {
  readonly sftp: SFTPWrapper;
  readonly handles: ReturnType<typeof openHandles>;
  /** A path of the client's. */
  readonly at: (path: string) => string;
  readonly answer: (id: number, work: () => Promise<"answered" | void>) => void;
}

export function serveFiles(sftp: SFTPWrapper, home: string): void {
  const handles = openHandles();
  let last: Promise<void> = Promise.resolve();
  /** Answers a request by what `work` does: with success, unless it answered itself. One after the other, as OpenSSH's clients expect it
   *  of writes. */
  const answer = (id: number, work: () => Promise<"answered" | void>) => {
    last = last.then(work).then(
      (result) => void (result === undefined && sftp.status(id, STATUS_CODE.OK)),
      (error: NodeJS.ErrnoException) =>
        sftp.status(id, codes[error.code ?? ""] ?? STATUS_CODE.FAILURE, error.message),
    );
  };
  const served = { sftp, handles, answer, at: (path: string) => resolve(home, path) };
  serveOpen(served);
  serveAttributes(served);
  serveNames(served);
  // The client asks nothing more. Without a code scp takes the copy for failed; the library has no way of its own to send one.
  sftp.on("end", () => {
    const { _protocol, outgoing } = sftp as unknown as Insides;
    void last.then(() => {
      if (outgoing.state === "open") _protocol.exitStatus(outgoing.id, 0);
      sftp.end();
    });
  });
  sftp.on("close", () => void handles.closeAll());
}

/** What is open: contents of files and of folders. */
function serveOpen({ sftp, handles, at, answer }: Served): void {
  sftp.on("OPEN", (id, path, flags, attributes) =>
    answer(id, async () => {
      handles.refuseMore();
      const file = await fs.open(at(path), flagsOf(flags), modeOf(attributes) ?? 0o666);
      const appends = (flags & OPEN_MODE.APPEND) !== 0;
      sftp.handle(id, handles.add({ kind: "file", file, appends }));
      return "answered";
    }),
  );
  sftp.on("READ", (id, handle, offset, length) =>
    answer(id, async () => {
      const buffer = Buffer.alloc(Math.min(length, longestRead));
      const { bytesRead } = await handles.file(handle).file.read(buffer, 0, buffer.length, offset);
      if (bytesRead === 0) sftp.status(id, STATUS_CODE.EOF);
      else sftp.data(id, buffer.subarray(0, bytesRead));
      return "answered";
    }),
  );
  sftp.on("WRITE", (id, handle, offset, data) =>
    answer(id, async () => {
      const { file, appends } = handles.file(handle);
      for (let written = 0; written < data.length;) {
        const position = appends ? null : offset + written;
        written += (await file.write(data, written, data.length - written, position)).bytesWritten;
      }
    }),
  );
  sftp.on("CLOSE", (id, handle) => answer(id, () => handles.close(handle)));
  sftp.on("OPENDIR", (id, path) =>
    answer(id, async () => {
      handles.refuseMore();
      const names = [".", "..", ...(await fs.readdir(at(path)))];
      sftp.handle(id, handles.add({ kind: "folder", path: at(path), names }));
      return "answered";
    }),
  );
  sftp.on("READDIR", (id, handle) =>
    answer(id, async () => {
      const { path, names } = handles.folder(handle);
      const entries = await Promise.all(names.splice(0, namesAtOnce).map((name) => entryOf(path, name)));
      if (entries.length === 0) sftp.status(id, STATUS_CODE.EOF);
      else sftp.name(id, entries.flat());
      return "answered";
    }),
  );
}

function serveAttributes({ sftp, handles, at, answer }: Served): void {
  const tell = (id: number, stats: () => Promise<Stats>) =>
    answer(id, async () => {
      sftp.attrs(id, attributesOf(await stats()));
      return "answered";
    });
  sftp.on("STAT", (id, path) => tell(id, () => fs.stat(at(path))));
  sftp.on("LSTAT", (id, path) => tell(id, () => fs.lstat(at(path))));
  sftp.on("FSTAT", (id, handle) => tell(id, async () => handles.file(handle).file.stat()));
  sftp.on("SETSTAT", (id, path, attributes) => answer(id, () => change(at(path), attributes)));
  sftp.on("FSETSTAT", (id, handle, attributes) =>
    answer(id, async () => changeOpen(handles.file(handle).file, attributes)),
  );
}

function serveNames({ sftp, at, answer }: Served): void {
  sftp.on("MKDIR", (id, path, attributes) =>
    answer(id, () => fs.mkdir(at(path), { mode: modeOf(attributes) ?? 0o777 }).then(() => undefined)),
  );
  sftp.on("RMDIR", (id, path) => answer(id, () => fs.rmdir(at(path))));
  sftp.on("REMOVE", (id, path) => answer(id, () => fs.unlink(at(path))));
  sftp.on("RENAME", (id, from, to) =>
    answer(id, async () => {
      if (await exists(at(to))) throw new Error("the new name is taken");
      await fs.rename(at(from), at(to));
    }),
  );
  // The library turns round what OpenSSH's clients send the wrong way round, and its types do not.
  sftp.on("SYMLINK", (id, path, target) => answer(id, () => fs.symlink(target, at(path))));
  const tellName = (id: number, name: () => Promise<string>) =>
    answer(id, async () => {
      const filename = await name();
      sftp.name(id, [{ filename, longname: filename, attrs: {} as Attributes }]);
      return "answered";
    });
  sftp.on("REALPATH", (id, path) => tellName(id, () => fs.realpath(at(path)).catch(() => at(path))));
  sftp.on("READLINK", (id, path) => tellName(id, () => fs.readlink(at(path))));
  sftp.on("EXTENDED", (id) =>
    answer(id, () => {
      sftp.status(id, STATUS_CODE.OP_UNSUPPORTED);
      return Promise.resolve("answered");
    }),
  );
}
