/** A sheet over the page for what is long, by Base UI: focus stays inside, Escape closes it. */
import { Dialog } from "@base-ui/react/dialog";
import type { ReactNode } from "react";
import { Icon } from "./Icon";
import { useWords } from "./words";

interface Props {
  title: string;
  close: () => void;
  children: ReactNode;
  /** Beside the title. */
  tools?: ReactNode;
  className?: string;
}

export function Sheet({ title, close, children, tools, className = "" }: Props) {
  const { t } = useWords();
  return (
    <Dialog.Root open onOpenChange={(open) => !open && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="scrim" />
        <Dialog.Popup className={`sheet ${className}`}>
          <div className="sheet-top">
            <Dialog.Title render={<h2 />}>{title}</Dialog.Title>
            {tools}
            <Dialog.Close className="icon-button" aria-label={t.close}>
              <Icon name="close" />
            </Dialog.Close>
          </div>
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
