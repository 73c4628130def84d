/** Products as a list has shown them last: what is opened from it needs not ask for each again. */
import type { Row } from "./product";

export const listed = new Map<number, Row>();
