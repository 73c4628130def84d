/** `react-dom/client` where the shop is built with Preact: what the server wrote is taken over element by element instead of being drawn anew, so no picture is asked for twice and nothing moves. */
import { render, type ComponentChild } from "preact";

export const createRoot = (container: Element): { render(children: ComponentChild): void } => ({
  render: (children) => render(children, container),
});
