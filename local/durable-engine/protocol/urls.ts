// Addresses of the durable HTTP API as clients get to see them, with the placeholders that the SDK fills in.

export interface ApiAddress {
  /** Root of the public API, without a slash at the end. */
  base: string;
  taskHub: string;
  connection: string;
  systemKey: string | undefined;
}

export const instanceIdPlaceholder = "INSTANCEID";

export function managementUrls(address: ApiAddress, instanceId: string): Record<string, string> {
  const query = fullQuery(address);
  const instance = `${address.base}/instances/${instanceId}`;
  const operation = (name: string) => `${instance}/${name}?reason={text}&${query}`;
  return {
    id: instanceId,
    statusQueryGetUri: `${instance}?${query}`,
    sendEventPostUri: `${instance}/raiseEvent/{eventName}?${query}`,
    terminatePostUri: operation("terminate"),
    rewindPostUri: operation("rewind"),
    purgeHistoryDeleteUri: `${instance}?${query}`,
    restartPostUri: `${instance}/restart?${query}`,
    suspendPostUri: operation("suspend"),
    resumePostUri: operation("resume"),
  };
}

/** JSON text of the `durableClient` input binding (property names as the Durable Functions SDK reads them). */
export function clientBinding(address: ApiAddress, rpcBaseUrl: string): string {
  const start = `${address.base}/orchestrators/{functionName}[/{instanceId}]`;
  return JSON.stringify({
    taskHubName: address.taskHub,
    connectionName: address.connection,
    creationUrls: {
      createNewInstancePostUri: `${start}?${keyQuery(address)}`,
      createAndWaitOnNewInstancePostUri: `${start}?timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}&${keyQuery(address)}`,
    },
    managementUrls: managementUrls(address, instanceIdPlaceholder),
    baseUrl: address.base,
    requiredQueryStringParameters: keyQuery(address),
    rpcBaseUrl,
  });
}

function keyQuery({ systemKey }: ApiAddress): string {
  return systemKey === undefined ? "" : `code=${encodeURIComponent(systemKey)}`;
}

function fullQuery(address: ApiAddress): string {
  const hub = `taskHub=${encodeURIComponent(address.taskHub)}&connection=${encodeURIComponent(address.connection)}`;
  return address.systemKey === undefined ? hub : `${hub}&${keyQuery(address)}`;
}
