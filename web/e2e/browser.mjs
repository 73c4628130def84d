// The browser for the tests: Debian's Chromium, or the one that CHROMIUM names.
import { chromium } from "playwright-core";

/** What a person's browser says it is. Chromium without a head says HeadlessChrome, and is counted as a bot. */
export const PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];

export const launchBrowser = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGS });
