// Signing in at an issuer of tokens in a real browser: away with a challenge, back with a code, and a token that no script keeps.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { authorityOf } from "../../services/authority.ts";
import { jwtVerifier } from "../../services/azure/jwt-verifier.ts";
import { startAppWorld } from "../support/app/app-world.ts";
import { accessibilityFindings, hasBrowser, openBrowser } from "../support/browser.ts";
import type { TestBrowser } from "../support/browser.ts";
import { shoot } from "../support/browser-shots.ts";
import { fakeIssuer } from "../support/fake-issuer.ts";
import type { FakeIssuer } from "../support/fake-issuer.ts";
import { openPortal } from "../support/portal-world.ts";
import type { PortalWorld } from "../support/portal-world.ts";

let issuer: FakeIssuer;
let portal: PortalWorld;
let browser: TestBrowser;
const page = () => browser.page;
const home = () => `${portal.origin}/portal/`;
const signInButton = () => page().getByRole("button", { name: "Sign in", exact: true });

describe.skipIf(!hasBrowser)("signing in at the issuer (needs chromium)", () => {
  beforeAll(async () => {
    issuer = await fakeIssuer();
    const auth = { issuer: issuer.issuer, audiences: [issuer.clientId], jwksUrl: issuer.jwksUrl };
    const clock = { now: () => Date.now(), sleep: async () => undefined };
    const world = await startAppWorld({
      tokens: jwtVerifier({ ...auth, clock }),
      authority: authorityOf(auth),
    });
    portal = await openPortal(world);
    issuer.redirects.add(home());
    browser = await openBrowser(portal.origin);
  });
  afterAll(async () => {
    await browser?.dispose();
    await portal?.dispose();
    await issuer?.dispose();
  });

  it("tells the refusal of the issuer in its words, and keeps nothing of the attempt", async () => {
    issuer.refusal = `Ada declined <img src=x onerror="window.hurt=1">`;
    await page().goto(home());
    await signInButton().click();
    await page().getByRole("alert").getByText("Ada declined <img").waitFor();
    expect(page().url()).toBe(home());
    expect(await page().evaluate("sessionStorage.length")).toBe(0);
    expect(await page().evaluate("'hurt' in window")).toBe(false);
    await shoot(page(), "sign-in-refused");
    expect(await accessibilityFindings(page())).toEqual([]);
    issuer.refusal = undefined;
  });

  it("does not take a code that this tab did not ask for", async () => {
    await page().goto(`${home()}?again#code=somebody-elses-code&state=made-up`);
    await page().getByRole("alert").getByText("This tab did not ask for that sign-in").waitFor();
    expect(page().url()).not.toContain("code=");
    expect(issuer.tokens).toHaveLength(0);
  });

  it("signs in, with the token in no address, no storage and no script's reach", async () => {
    const addresses: string[] = [];
    page().on("request", (request) => addresses.push(request.url()));
    page().on("framenavigated", (frame) => addresses.push(frame.url()));
    await page().goto(home());
    await signInButton().click();
    await page().getByRole("heading", { name: "Nothing is here yet" }).waitFor();
    expect(page().url()).toBe(home());
    const [token = "none"] = issuer.tokens;
    expect(issuer.tokens).toHaveLength(1);
    expect(addresses.filter((address) => address.includes(token))).toEqual([]);
    const kept = await page().evaluate<string>(
      "JSON.stringify([Object.entries(sessionStorage), Object.entries(localStorage), document.cookie, history.state])",
    );
    expect(kept).not.toContain(token);
    expect(await page().evaluate("sessionStorage.length")).toBe(0);
    const [cookie] = await browser.context.cookies();
    expect(cookie).toMatchObject({ value: token, httpOnly: true, sameSite: "Strict", path: "/portal" });
    expect(browser.troubles).toEqual([]);
    expect(browser.foreign.filter((address) => !address.startsWith(issuer.origin))).toEqual([]);
  });
});
