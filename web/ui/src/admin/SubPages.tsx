/** The pages within an area of the admin, of which a caller is shown those that are theirs. */
import { Link, usePath } from "./place";
import { useWho, type Scope } from "./who";

export interface SubPage {
  path: string;
  label: string;
  /** One of these is enough. */
  scopes: Scope[];
}

export function SubPages({ label, links }: { label: string; links: SubPage[] }) {
  const path = usePath();
  const who = useWho();
  return (
    <nav aria-label={label} className="sub-pages">
      <ul>
        {links
          .filter((link) => who.can(...link.scopes))
          .map((link) => (
            <li key={link.path}>
              <Link to={link.path} current={link.path === path}>
                {link.label}
              </Link>
            </li>
          ))}
      </ul>
    </nav>
  );
}
