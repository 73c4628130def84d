import { defineConfig } from "vitest/config";

export default defineConfig({
  define: { __VERSION__: JSON.stringify("test") },
  test: { environment: "happy-dom", include: ["tracker/test/**/*.test.{ts,tsx}", "ui/test/**/*.test.ts"], restoreMocks: true },
});
