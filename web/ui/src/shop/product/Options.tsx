/** The options of a product as buttons, one set for each; what cannot be had as it stands is marked. */
import { useId } from "react";
import type { Product, Variant } from "../types";
import { useWords } from "../words";
import { choicesOf, type Choice } from "./variants";

interface Chooser {
  product: Product;
  variants: Variant[];
  variant: Variant;
  choose(variant: Variant): void;
}

export const Options = ({ product, variants, variant, choose }: Chooser) => (
  <>
    {product.options.map((name, index) => (
      <Option key={name} name={name} choices={choicesOf(variants, variant, index)} choose={choose} />
    ))}
  </>
);

function Option({ name, choices, choose }: { name: string; choices: Choice[]; choose(variant: Variant): void }) {
  const { t } = useWords();
  const group = useId();
  const chosen = choices.find((choice) => choice.chosen);
  return (
    <fieldset className="option">
      <legend dir="auto">
        {name}: <strong>{chosen?.value}</strong>
      </legend>
      {choices.map(({ value, chosen: is, variant, soldOut }) => (
        <label key={value} className="choice" data-sold-out={soldOut}>
          <input type="radio" className="unseen" name={group} value={value} checked={is} onChange={() => choose(variant)} />
          <span dir="auto">{value}</span>
          {soldOut && <span className="unseen">{t.stock.soldOut}</span>}
        </label>
      ))}
    </fieldset>
  );
}
