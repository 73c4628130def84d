/** Products put on sale, taken off it, archived and brought back, each only as it was seen. */
import { api, AskError } from "../../server/call";
import { tagOf } from "../changing";
import { newKey } from "../once";
import type { Product, Status } from "./product";

type Known = Pick<Product, "id" | "name" | "version" | "status">;

/** What a product is to be. */
export interface Wish {
  product: Known;
  status: Status;
}

export interface Refused {
  product: Known;
  error: Error;
}

const AT_ONCE = 4;

/** Why it was refused, in the reader's words where another was faster. */
export const whyOf = (error: Error, meanwhile: string): string =>
  error instanceof AskError && error.status === 412 ? meanwhile : error.message;

/** Those that are done are said as what takes them back. */
export async function setStatuses(wishes: Wish[]): Promise<{ done: Wish[]; failed: Refused[] }> {
  const [done, failed]: [Wish[], Refused[]] = [[], []];
  const left = wishes.filter(({ product, status }) => product.status !== status);
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) {
      const { product, status } = next;
      try {
        const changed = await setStatus(product, status);
        done.push({ product: { ...product, version: changed.version, status }, status: product.status });
      } catch (error) {
        failed.push({ product, error: error as Error });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { done, failed };
}

export const setStatus = (product: Known, status: Status): Promise<Product> =>
  api.changeProduct({
    path: { id: String(product.id) },
    headers: { "If-Match": tagOf(product.version), "Idempotency-Key": newKey() },
    body: { status },
  });
