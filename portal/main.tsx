// The portal in the browser: takes what signs in out of the address, then shows the pages.
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Router } from "wouter";
import { queryClient } from "./api/queries.ts";
import { App, loadPage } from "./app.tsx";
import type { Offer } from "./app.tsx";
import { show, storedDisplay } from "./lib/display.ts";
import { returnIn } from "./lib/pkce.ts";
import { applyTheme, storedTheme } from "./lib/theme.ts";
import "./styles/index.css";

/** What signs in leaves the address, and with it the history, before anything else happens. */
function takeOffer(): Offer | undefined {
  const { hash } = location;
  const [, code] = /^#code=([\w-]{20,200})$/.exec(hash) ?? [];
  const returned = code === undefined ? returnIn(hash) : undefined;
  const offer: Offer | undefined = code === undefined ? returned : { kind: "link", code };
  if (offer !== undefined) history.replaceState(null, "", location.pathname + location.search);
  return offer;
}

const offer = takeOffer();
// A link that is opened where the portal is open already changes the address only.
addEventListener("hashchange", () => {
  if (location.hash.startsWith("#code=")) location.reload();
});
applyTheme(storedTheme());
loadPage(location.pathname);
const root = document.getElementById("portal");
if (root !== null)
  void show(storedDisplay()).then(() =>
    createRoot(root).render(
      <StrictMode>
        <QueryClientProvider client={queryClient}>
          <Router base="/portal">
            <App offer={offer} />
          </Router>
        </QueryClientProvider>
      </StrictMode>,
    ),
  );
