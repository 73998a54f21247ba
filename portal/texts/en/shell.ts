// What surrounds every page, and what is there before any page.
import { mixed } from "../mixed.ts";
import type { ReactNode } from "react";

export const shell = {
  skip: "Skip to the content",
  keys: "Keys",
  pages: "Pages",
  workspace: "Workspace",
  workspaceIn: (workspace: string, group: string) => `${workspace} (${group})`,
  theme: (now: string, next: string) => `Theme: ${now}. Change to ${next}`,
  themes: { system: "system", light: "light", dark: "dark" },
  noRole: "no role",
  signOut: "Sign out",
  signingIn: "Signing in …",
  openingPortal: "Opening the portal …",
  openingPage: "Opening the page …",
  openingTab: "Opening the tab …",
  noPage: "There is no such page",
  links: {
    overview: "Overview",
    jobs: "Jobs",
    sweeps: "Sweeps",
    runs: "Runs",
    clusters: "Clusters",
    triggers: "Triggers",
    workflows: "Workflows",
    queue: "Queue",
    costs: "Cost",
    events: "Events",
  },
  /** In the title of the window, by the part of the address. */
  titles: {
    overview: "overview",
    jobs: "jobs",
    sweeps: "sweeps",
    runs: "runs",
    clusters: "clusters",
    triggers: "triggers",
    workflows: "workflows",
    queue: "queue",
    costs: "costs",
    events: "events",
    "new-job": "new-job",
  },
};

/** Keys, in the order of the sheet. */
export const keys = {
  pages: "Overview, Jobs, Sweeps, Clusters",
  morePages: "Runs, Triggers, Workflows",
  otherPages: "Queue, Cost, Events",
  newJob: "New job",
  filter: "To the filter",
  rows: "Next and previous row",
  further: "Further in a list",
  furtherKeys: "Page Up, Page Down, Home, End",
  select: "Select the row",
  selectKeys: "x, space",
  open: "Open the row",
  openKeys: "Enter",
  sheet: "These keys",
  areOn: "Keys without Ctrl or Alt work everywhere on a page",
};

export const display = {
  title: "Language and times",
  language: "Language",
  automatic: (language: string) => `As the browser (${language})`,
  times: "Times",
  use: "Use these",
  timesShown: {
    local: (zone: string) => `Of this browser: ${zone}`,
    utc: "UTC",
    iso: "ISO 8601, in UTC",
  },
};

export const signIn = {
  withAccount: "With your account",
  atIssuer: (issuer: ReactNode) => mixed`At ${issuer}. What you may do here is what your roles allow.`,
  signIn: "Sign in",
  onThisMachine: "On this machine",
  byLink: "Run this in the folder of the local cloud, and open the link that it prints.",
  withToken: "With a token",
  pasteToken:
    "Get a token for the app registration of this service, and paste it. It is kept out of reach of scripts, until it expires.",
  token: "Token",
  useToken: "Use the token",
};

export const noWorkspace = {
  title: "Nothing is here yet",
  makeFirst: "Clusters and jobs live in a workspace. Make the first one:",
  name: "Name",
  create: "Create workspace",
};
