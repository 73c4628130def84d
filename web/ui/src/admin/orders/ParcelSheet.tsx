/** A parcel goes on its way, has come, or is taken back. */
import { useState } from "react";
import { useAdmin } from "../words";
import { ActSheet, type ActProps } from "./ActSheet";
import { useChange } from "./change";
import type { Parcel } from "./order";
import type { Step } from "./Parcels";
import { sentOf, TrackingFields } from "./Tracking";

export default function ParcelSheet({ seen: first, parcel, step, close, done }: ActProps & { parcel: Parcel; step: Step }) {
  const { a, n } = useAdmin();
  const change = useChange(first, done);
  const { carrier, tracking_number, tracking_url } = parcel;
  const [tracking, setTracking] = useState({
    carrier: carrier ?? "",
    tracking_number: tracking_number ?? "",
    tracking_url: tracking_url ?? "",
  });
  const submit = (): void =>
    change.send("changeFulfilment", { status: step, ...(step === "shipped" && sentOf(tracking)) }, { number: parcel.number });
  const title = `${a.order.parcel(n.whole(parcel.number))}: ${a.order.step[step]}`;
  return (
    <ActSheet title={title} change={change} close={close} go={a.order.step[step]} ready submit={submit}>
      <p>{a.order.stepWhy[step]}</p>
      {step === "shipped" && <TrackingFields value={tracking} set={setTracking} />}
    </ActSheet>
  );
}
