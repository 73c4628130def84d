// The browser for the tests: Debian's Chromium, or the one that CHROMIUM names.
import { chromium } from "playwright-core";

// What a person's browser says it is. Chromium without a head says HeadlessChrome, and is counted as a bot.
const PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];

const launch = (...more) => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: [...ARGS, ...more] });

/** A browser as a person has it. The name is given at the start: one that a page is given later is not used for beacons. */
export const launchBrowser = () => launch(`--user-agent=${PERSON}`);

/** A browser under its own name. */
export const launchHeadless = () => launch();
