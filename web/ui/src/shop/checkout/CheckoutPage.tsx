/** The checkout: contact, address, review. Each step has an address of its own, so Back works; none can be gone beyond before it is filled in. */
import { useEffect, useRef } from "react";
import { EmptyCart, NoPrices } from "../cart/CartPage";
import { useCart } from "../cart/cart";
import { isSettled, usePricing } from "../cart/pricing";
import { replace } from "../navigation";
import { useTracking } from "../tracking";
import type { Page } from "../types";
import { useWords } from "../words";
import { AddressStep } from "./AddressStep";
import { checkoutKey, useCheckout } from "./attempt";
import { ContactStep } from "./ContactStep";
import { firstOpen, STEPS, useDetails, type Step } from "./details";
import { Review } from "./Review";
import { useAttempt } from "./useAttempt";
import { Waiting } from "./Waiting";

export function CheckoutPage({ data, url }: { data: Page<"checkout">; url: string }) {
  const lines = useCart();
  const details = useDetails();
  const { body } = useCheckout();
  const pricing = usePricing(lines);
  const attempt = useAttempt();
  const wanted = STEPS.find((one) => url.startsWith(`/checkout/${one}`)) ?? "contact";
  const open = firstOpen(details);
  const step = STEPS.indexOf(wanted) > STEPS.indexOf(open) ? open : wanted;
  const stopped = body === null && lines.length === 0;
  useEffect(() => {
    if (!stopped && body === null && !url.startsWith(`/checkout/${step}`)) void replace(`/checkout/${step}`);
  }, [step, url]);
  useTold(step, pricing, stopped || body !== null);
  const { outcome, waiting } = attempt;
  useEffect(() => {
    if (outcome) pricing.again();
  }, [outcome]);
  if (waiting) return <Waiting attempt={attempt} />;
  if (stopped) return <EmptyCart />;
  return (
    <div className="checkout">
      <Steps step={step} open={open} />
      {pricing.failed && <NoPrices again={pricing.again} />}
      {step === "contact" && <ContactStep details={details} />}
      {step === "address" && <AddressStep details={details} />}
      {step === "review" && <Review {...{ details, lines, pricing, data, attempt }} />}
    </div>
  );
}

/** The way through the checkout is told: where it starts, and each step. */
function useTold(step: Step, { priced }: ReturnType<typeof usePricing>, nothing: boolean): void {
  const tracking = useTracking();
  const started = useRef(false);
  useEffect(() => {
    if (nothing || started.current || !priced || priced.lines.length === 0) return;
    started.current = true;
    if (step === "contact" && isSettled(priced)) tracking.checkoutStarted(priced.lines, priced.total);
  }, [priced]);
  useEffect(() => {
    if (nothing) return;
    checkoutKey();
    tracking.stepViewed(STEPS.indexOf(step) + 1);
  }, [step, nothing]);
}

function Steps({ step, open }: { step: Step; open: Step }) {
  const { t } = useWords();
  return (
    <nav aria-label={t.checkout.steps}>
      <ol className="steps">
        {STEPS.map((one, index) => (
          <li key={one} aria-current={one === step ? "step" : undefined}>
            {index <= STEPS.indexOf(open) && one !== step ? (
              <a href={`/checkout/${one}`}>{t.checkout.titles[one]}</a>
            ) : (
              t.checkout.titles[one]
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
