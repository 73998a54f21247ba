// The tracking URI of a job's script: the launcher on the node adds to it which start of the processes it is, and where artifacts
// go: `…/mlflow/on/LAUNCH/FOLDER/-/api/2.0/…`. The folder is a path, or `x` and its bytes in hexadecimal where an address cannot hold
// it.

export interface TrackingAddress {
  readonly launch?: string;
  /** An absolute path on the node. */
  readonly folder?: string;
  /** Of the call. */
  readonly path: string;
}

export function readAddress(path: string): TrackingAddress {
  const [, launch, place, rest] = /^on\/([\w:.-]{1,80})\/(.*?)\/-(?:\/(.*))?$/.exec(path) ?? [];
  if (launch === undefined || place === undefined) return { path };
  const folder = folderOf(place);
  return {
    ...(launch === "-" ? {} : { launch }),
    ...(folder === undefined ? {} : { folder }),
    path: rest ?? "",
  };
}

function folderOf(place: string): string | undefined {
  if (place === "") return undefined;
  const [, hex] = /^x((?:[0-9a-f]{2})+)$/.exec(place) ?? [];
  return hex === undefined ? `/${place}` : Buffer.from(hex, "hex").toString("utf8");
}
