// Where people sign in with a browser, and as which application: what a page needs to ask for a token of this service.
export interface Authority {
  /** OpenID Connect: its document of endpoints lies below it. */
  readonly issuer: string;
  readonly clientId: string;
}

const guid = /^(?:api:\/\/)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/?$/i;

/** Undefined where no audience is an application's own id: then nobody can tell for whom to ask. */
export function authorityOf(auth: {
  readonly issuer: string;
  readonly audiences: readonly string[];
}): Authority | undefined {
  const clientId = auth.audiences.map((audience) => guid.exec(audience)?.[1]).find((id) => id !== undefined);
  return clientId === undefined ? undefined : { issuer: auth.issuer.replace(/\/+$/, ""), clientId };
}
