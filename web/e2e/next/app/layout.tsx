// A component of the server around the provider, which is one of the browser.
import type { ReactNode } from "react";
import { Providers } from "./providers";

export const metadata = { title: "Home" };

export default function Layout({ children }: Readonly<{ children: ReactNode }>) {
  return (
    <html lang="en">
      <body>
        <Providers>{children}</Providers>
      </body>
    </html>
  );
}
