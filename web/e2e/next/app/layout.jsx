// A component of the server around the provider, which is one of the browser.
import { TrackerProvider } from "@kassa/tracker/react";

export const metadata = { title: "Home" };

// The test's static server puts the address in.
const config = { endpointUrl: "/__to__/track", flushInterval: 100, appName: "next", appVersion: "1.0.0", debug: false, log: true };

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>
        <TrackerProvider config={config}>{children}</TrackerProvider>
      </body>
    </html>
  );
}
