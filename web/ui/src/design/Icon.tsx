/** Small symbols, drawn for a field of 24 by 24. They say nothing by themselves: what they mean stands beside them, or in a label. */
const PATHS = {
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4",
  moon: "M20 14.5A8 8 0 0 1 9.5 4a8 8 0 1 0 10.5 10.5Z",
  down: "m7 10 5 5 5-5",
  close: "M6 6l12 12M18 6 6 18",
  check: "m5 12 5 5 9-10",
  table: "M4 5h16v14H4zM4 10h16M10 10v9",
  chart: "M4 19V5M4 19h16M8 15l4-5 3 3 5-7",
  search: "M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12ZM20 20l-4.5-4.5",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  plus: "M12 5v14M5 12h14",
  edit: "M4 20h4L19 9l-4-4L4 16v4ZM13 7l4 4",
  save: "M12 4v11M7 11l5 5 5-5M5 20h14",
  reports: "M5 20V10M12 20V4M19 20v-7",
  up: "m7 14 5-5 5 5",
  left: "m14 7-5 5 5 5",
  right: "m10 7 5 5-5 5",
  bag: "M5 8h14l-1 12H6zM9 8a3 3 0 0 1 6 0",
} as const;

export type IconName = keyof typeof PATHS;

export const Icon = ({ name }: { name: IconName }) => (
  <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
    <path d={PATHS[name]} />
  </svg>
);

export const Mark = () => (
  <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="9" />
    <path d="M8 23V13M13.3 23V9M18.6 23v-7M24 23V11" />
  </svg>
);
