// What the parent and the worker thread of a Functions host say to each other. Types only; everything here must survive
// structured cloning.
export interface HostOptions {
  /** The built app: the folder with host.json and package.json. */
  appDirectory: string;
  /** Folder where keys, certificate and durable state are kept; the word "memory" keeps nothing. */
  dataDirectory: string;
  /** 0 = a free one. */
  port: number;
  /** HTTPS beside HTTP: 0 = a free port, absent = none. */
  httpsPort?: number;
  /** Becomes the worker's process.env; wins over local.settings.json. */
  settings: Record<string, string>;
  /** False answers every function without a key, as Core Tools does by default. */
  requireKeys: boolean;
  /** A function that cannot be hosted keeps the app from starting; else it is in error and the others run, as on Azure. */
  strict?: boolean;
  /** Connection string that stands for `UseDevelopmentStorage=true` and for a missing AzureWebJobsStorage. */
  storageConnection?: string;
  /** How long ended orchestrations are kept, in milliseconds; absent: for ever. */
  durableRetentionMs?: number;
  /** Time stands still until `advance`. */
  manualClock?: { startMs: number };
}

export interface WorkerStart extends HostOptions {
  /** Makes the worker's randomness repeatable; only given together with `manualClock`. */
  seed?: number;
}

export type ParentMessage =
  | { type: "advance"; id: number; ms: number }
  | { type: "idle"; id: number }
  | { type: "stop"; id: number; graceMs: number };

export interface HostReady {
  url: string;
  httpsUrl?: string;
  /** PEM file, or its text when nothing is kept on disk. */
  certificate?: string;
  masterKey: string;
  functions: string[];
}

export type WorkerMessage =
  | ({ type: "ready" } & HostReady)
  | { type: "failed"; message: string }
  | { type: "reply"; id: number; error?: string }
  | {
      type: "log";
      level: "debug" | "info" | "warn" | "error";
      event: string;
      fields: Record<string, string | number | boolean | undefined>;
    };
