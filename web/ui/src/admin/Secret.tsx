/** A secret as it is shown this once, with what it is for and buttons that copy it. */
import { useEffect, useRef, type ReactNode } from "react";
import { CopyButton } from "../design/Panel";

interface Props {
  title: string;
  why: string;
  label: string;
  secret: string;
  copy: string;
  children?: ReactNode;
}

export function Secret({ title, why, label, secret, copy, children }: Props) {
  const at = useRef<HTMLElement>(null);
  useEffect(() => at.current?.focus(), [secret]);
  return (
    <section className="once" aria-label={title} tabIndex={-1} ref={at}>
      <p>
        <strong>{title}</strong>
      </p>
      <p>{why}</p>
      <p className="once-line">
        <code dir="ltr" aria-label={label} data-secret>
          {secret}
        </code>
        <CopyButton text={secret} label={copy} />
      </p>
      {children}
    </section>
  );
}
