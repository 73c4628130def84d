/** What floats at a button: a box, by Base UI (focus, Escape, a click outside, room on the screen). */
import { Popover } from "@base-ui/react/popover";
import type { ReactNode } from "react";
import type { FloatingProps } from "./Floating";

const GAP = 6;
const EDGE = 8;

export function Popup({
  anchor,
  close,
  label,
  children,
  className = "",
}: FloatingProps & { label: string; children: ReactNode; className?: string }) {
  return (
    <Popover.Root
      open
      modal
      onOpenChange={(open, { event }) => {
        // A click on the button itself closes by itself.
        if (!open && !anchor.current?.contains(event.target as Node)) close();
      }}
    >
      <Popover.Portal>
        <Popover.Positioner anchor={anchor} align="start" sideOffset={GAP} collisionPadding={EDGE} className="floating">
          <Popover.Popup className={`popup ${className}`} aria-label={label} finalFocus={anchor}>
            {children}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
