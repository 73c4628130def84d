import { defineConfig } from "vitest/config";

export default defineConfig({
  define: { __VERSION__: JSON.stringify("test"), __MODULE__: "true" },
  test: {
    environment: "happy-dom",
    // A shop's address: a page on localhost is not counted by a server elsewhere.
    environmentOptions: { happyDOM: { url: "https://shop.test/", settings: { handleDisabledFileLoadingAsSuccess: true } } },
    include: ["tracker/test/**/*.test.{ts,tsx}", "ui/test/**/*.test.ts"],
    restoreMocks: true,
  },
});
