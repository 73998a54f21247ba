// What was logged to a run as files, folder by folder, wherever they are kept. A file comes from the storage itself, by a link that is
// made when it is asked for.
import { useState } from "react";
import { useSearchParams } from "wouter";
import { artifactLink, useArtifacts } from "../api/run-queries.ts";
import type { ArtifactWire } from "../api/run-queries.ts";
import type { Place } from "../lib/places.ts";
import { withMembers } from "../lib/query.ts";
import { fileLine } from "../lib/run-lines.ts";
import { sizeText } from "../lib/texts.ts";
import { t } from "../texts/texts.ts";
import { CommandStrip } from "./command-strip.tsx";
import { DataState, ErrorBox } from "./data-state.tsx";
import { FolderLine } from "./folder-line.tsx";
import { TableFrame } from "./table-frame.tsx";

export function RunFiles({ place, id }: { place: Place; id: string }) {
  const [query, setQuery] = useSearchParams();
  const folder = query.get("folder") ?? "";
  const files = useArtifacts(place, id, folder);
  const open = (path: string) =>
    setQuery((before) => withMembers(before, { folder: path }), { replace: false });
  return (
    <section className="run-comparison">
      <h2>{t.files.files}</h2>
      {folder !== "" && <FolderLine folder={folder} onUp={open} />}
      <DataState query={files} what={t.things.files}>
        {(found) => (
          <Table
            files={found}
            pathOf={(name) => (folder === "" ? name : `${folder}/${name}`)}
            onFolder={open}
            linkTo={(path) => artifactLink(place, id, path)}
          />
        )}
      </DataState>
      <CommandStrip
        label={t.runs.filesByCommandLine}
        lines={[fileLine(place, location.origin, id, folder)]}
      />
    </section>
  );
}

interface Props {
  readonly files: readonly ArtifactWire[];
  readonly pathOf: (name: string) => string;
  readonly onFolder: (path: string) => void;
  readonly linkTo: (path: string) => Promise<string>;
}

function Table({ files, pathOf, onFolder, linkTo }: Props) {
  const [failed, setFailed] = useState<{ readonly error: Error; readonly path: string }>();
  const fetchFile = (path: string) => {
    setFailed(undefined);
    linkTo(path).then(follow, (error: unknown) => setFailed({ error: error as Error, path }));
  };
  if (files.length === 0) return <p className="muted">{t.files.none}</p>;
  return (
    <>
      {failed !== undefined && (
        <ErrorBox error={failed.error} what={failed.path} onRetry={() => fetchFile(failed.path)} />
      )}
      <TableFrame label={t.files.files}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.files.name}</th>
              <th scope="col">{t.files.size}</th>
            </tr>
          </thead>
          <tbody>
            {files.map(({ path: name, is_dir: isFolder, file_size: size }) => (
              <tr key={name}>
                <th scope="row" translate="no">
                  <button
                    type="button"
                    className="link"
                    onClick={() => (isFolder ? onFolder(pathOf(name)) : fetchFile(pathOf(name)))}
                  >
                    {isFolder ? `${name}/` : name}
                  </button>
                </th>
                <td>{size === undefined ? "" : sizeText(size)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
    </>
  );
}

/** Nothing but an address of a storage is followed. */
function follow(url: string): void {
  if (!/^https?:\/\//.test(url)) return;
  const link = document.createElement("a");
  link.href = url;
  link.rel = "noreferrer";
  link.target = "_blank";
  link.click();
}
