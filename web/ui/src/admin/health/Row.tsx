/** A fact beside its name. */
import type { ReactNode } from "react";

export const Row = ({ title, text }: { title: string; text: ReactNode }) => (
  <div>
    <dt>{title}</dt>
    <dd>{text}</dd>
  </div>
);
