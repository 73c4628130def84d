/** An amount of money is typed before it goes: nobody does that by mistake. */
import { useAdmin } from "../words";
import { parseAmount } from "./refunding";

export const isConfirmed = (typed: string, amount_minor: number, digits: number): boolean => parseAmount(typed, digits) === amount_minor;

export function Confirm({ amount, value, set }: { amount: string; value: string; set: (value: string) => void }) {
  const { a } = useAdmin();
  return (
    <label className="field">
      {a.confirm(amount)}
      <input inputMode="decimal" autoComplete="off" value={value} onChange={(event) => set(event.target.value)} />
    </label>
  );
}
