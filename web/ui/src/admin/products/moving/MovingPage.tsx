/** Products in files: brought in after a look at what would come of each line, and written. */
import { useAdmin } from "../../words";
import { ProductPages } from "../Pages";
import { Batches } from "./Batches";
import { ExportPanel } from "./ExportPanel";
import { ImportPanel } from "./ImportPanel";

export default function MovingPage() {
  const { a } = useAdmin();
  return (
    <>
      <div className="page-top">
        <h1>{a.products.sub.moving}</h1>
      </div>
      <ProductPages />
      <ImportPanel />
      <ExportPanel />
      <Batches />
    </>
  );
}
