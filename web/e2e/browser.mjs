// The browser for the tests: Debian's Chromium, or the one that CHROMIUM names.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { DEADLINE_MS } from "./patience.mjs";

const BINARY = process.env.CHROMIUM ?? "/usr/bin/chromium";

// What a person's browser says it is. Chromium without a head says HeadlessChrome, and is counted as a bot.
const PERSON = "--user-agent=Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

// And that no program drives it, which is counted as a bot, too.
const UNDRIVEN = "--disable-blink-features=AutomationControlled";

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** Whatever its pages wait for may take as long as everything else that a test waits for. */
async function launch(...more) {
  const browser = await chromium.launch({ executablePath: BINARY, args: [...ARGS, ...more], timeout: DEADLINE_MS });
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await newContext(options);
    context.setDefaultTimeout(DEADLINE_MS);
    return context;
  };
  return browser;
}

/** A browser as a person has it. The name is given at the start: one that a page is given later is not used for beacons. */
export const launchBrowser = (...more) => launch(PERSON, UNDRIVEN, ...more);

/** A browser that says by `navigator.webdriver` that a program drives it, and by nothing else. */
export const launchDriven = () => launch(PERSON);

/** A browser under its own name. */
export const launchHeadless = () => launch();

/**
 * A person's browser with nothing attached to it, for what DevTools would change (pages prepared in advance, the back-forward cache). It shows `url`; the page
 * has to do by itself what there is to do.
 */
export function openAlone(url) {
  const profile = mkdtempSync(join(tmpdir(), "kassa-chromium-"));
  const args = [...ARGS, PERSON, UNDRIVEN, "--headless", "--disable-dev-shm-usage", `--user-data-dir=${profile}`, url];
  const child = spawn(BINARY, args, { stdio: "ignore", detached: true });
  const ended = new Promise((done) => child.once("exit", done));
  return {
    async close() {
      // The browser and the processes that it has started.
      if (child.exitCode === null) process.kill(-child.pid, "SIGKILL");
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}
