import { Console } from "./console";

export const metadata = { title: "Second" };

export default function Second() {
  return (
    <>
      <p id="text">Second page</p>
      <Console />
    </>
  );
}
