/** What can be set of the shop: what holds at once, and what stands in files and holds from the next start on. */
import { Failure } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { useAdmin } from "../words";
import { useFiles, useSaid, useSaving, useStaff } from "./data";
import { Files } from "./Files";
import { ShopForm } from "./ShopForm";
import { SitePanel } from "./SitePanel";
import { StaffForm } from "./StaffForm";
import { TextsForm } from "./TextsForm";
import "../health/health.css";
import "./settings.css";

export default function SettingsPage() {
  const { a } = useAdmin();
  const [said, staff, files] = [useSaid(), useStaff(), useFiles()];
  const saving = {
    shop: useSaving("setStorefront", "storefront"),
    texts: useSaving("setStorefront", "storefront"),
    staff: useSaving("setStaff", "staff"),
  };
  const error = said.error ?? staff.error ?? files.error;
  const value = (key: string): unknown => files.data?.settings.find((one) => one.key === key)?.value;
  const site = value("shop.site");
  return (
    <>
      <div className="page-top">
        <h1>{a.pages.settings}</h1>
      </div>
      {error && <Failure error={error} at={Date.now()} whole={false} retry={() => [said, staff, files].map((one) => one.refetch())} />}
      {!said.data && !error && <TableSkeleton rows={8} />}
      <div className="settings">
        <div className="health-column">
          {said.data && (
            <ShopForm key={`shop ${said.data.value.version}`} said={said.data.value} etag={said.data.etag} saving={saving.shop} />
          )}
          <SitePanel id={typeof site === "string" ? site : undefined} />
        </div>
        <div className="health-column">
          {said.data && (
            <TextsForm key={`texts ${said.data.value.version}`} said={said.data.value} etag={said.data.etag} saving={saving.texts} />
          )}
          {staff.data && (
            <StaffForm key={`staff ${staff.data.value.version}`} staff={staff.data.value} etag={staff.data.etag} saving={saving.staff} />
          )}
        </div>
        {files.data && <Files files={files.data} />}
      </div>
    </>
  );
}
