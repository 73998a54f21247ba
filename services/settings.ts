// The app's configuration as its parts see it. Parsed and checked once, in the composition root.
export interface NodeImage {
  readonly publisher: string;
  readonly offer: string;
  readonly sku: string;
  readonly version: string;
}

export interface Settings {
  readonly subscriptionId: string;
  readonly location: string;
  /** Endpoint templates with `{account}`. */
  readonly fileEndpointTemplate: string;
  readonly blobEndpointTemplate: string;
  /** The image for clusters that name none, or the original's default, which Azure no longer has. */
  readonly nodeImage: NodeImage;
  readonly monitorMinIntervalMs: number;
  readonly monitorMaxIntervalMs: number;
  /** How long an auto-scale cluster keeps nodes that it does not need. */
  readonly idleNodeGraceMs: number;
  /** The longest request body that is read, in bytes. */
  readonly bodyLimitBytes: number;
}

/** How often a job looks for itself, in case every hint was lost. */
export function safetyIntervalMs(settings: Settings): number {
  return Math.max(30_000, settings.monitorMaxIntervalMs * 5);
}
