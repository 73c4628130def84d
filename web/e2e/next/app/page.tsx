import Link from "next/link";
import { BuyButton } from "./buy";

export default function Home() {
  return (
    <main>
      <BuyButton />
      <Link id="second" href="/second?from=home">
        Second
      </Link>
    </main>
  );
}
