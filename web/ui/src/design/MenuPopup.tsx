/** A menu at a button, by Base UI: arrow keys, first letters, Escape. */
import { Menu } from "@base-ui/react/menu";
import type { ReactNode } from "react";
import type { FloatingProps } from "./Floating";
import { Icon } from "./Icon";

const GAP = 6;
const EDGE = 8;

/** One line of a menu; `checked` of one among several, `href` of one that leads elsewhere. */
export interface MenuItem {
  id: string;
  title: ReactNode;
  hint?: string | undefined;
  checked?: boolean;
  href?: string;
  choose?: () => void;
}

export interface MenuGroup {
  title?: string;
  items: MenuItem[];
}

export function MenuPopup({ anchor, close, label, groups }: FloatingProps & { label: string; groups: MenuGroup[] }) {
  return (
    <Menu.Root
      open
      onOpenChange={(open, { event }) => {
        if (!open && !anchor.current?.contains(event.target as Node)) close();
      }}
    >
      <Menu.Portal>
        <Menu.Positioner anchor={anchor} align="start" sideOffset={GAP} collisionPadding={EDGE} className="floating">
          <Menu.Popup className="popup menu" aria-label={label} finalFocus={anchor}>
            {groups.map((group, index) => (
              <Menu.Group key={group.title ?? index} className="menu-group">
                {group.title && <Menu.GroupLabel className="menu-title">{group.title}</Menu.GroupLabel>}
                {group.items.map((item) => (
                  <Item key={item.id} item={item} close={close} />
                ))}
              </Menu.Group>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function Item({ item, close }: { item: MenuItem; close: () => void }) {
  const inside = (
    <>
      <span className="menu-mark">{item.checked && <Icon name="check" />}</span>
      <span className="menu-name">{item.title}</span>
      {item.hint && <kbd>{item.hint}</kbd>}
    </>
  );
  const choose = (): void => {
    close();
    item.choose?.();
  };
  if (item.href !== undefined) {
    return (
      <Menu.LinkItem className="menu-item" href={item.href} data-item={item.id}>
        {inside}
      </Menu.LinkItem>
    );
  }
  return (
    <Menu.Item className="menu-item" onClick={choose} data-item={item.id} aria-current={item.checked ? "true" : undefined}>
      {inside}
    </Menu.Item>
  );
}
