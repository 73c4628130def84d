/** How a parcel is followed on its way. */
import { useAdmin } from "../words";

export const NO_TRACKING = { carrier: "", tracking_number: "", tracking_url: "" };

export type Tracking = typeof NO_TRACKING;

const FIELDS = ["carrier", "tracking_number", "tracking_url"] as const;

/** What is said of it; what is left empty stays as it is. */
export const sentOf = (tracking: Tracking): Partial<Tracking> =>
  Object.fromEntries(FIELDS.map((name) => [name, tracking[name].trim()]).filter(([, value]) => value));

export function TrackingFields({ value, set }: { value: Tracking; set: (value: Tracking) => void }) {
  const { a } = useAdmin();
  return (
    <>
      {FIELDS.map((name) => (
        <label key={name} className="field">
          {a.pack[name]}
          <input
            type={name === "tracking_url" ? "url" : "text"}
            maxLength={name === "tracking_url" ? 2000 : 255}
            value={value[name]}
            onChange={(event) => set({ ...value, [name]: event.target.value })}
          />
        </label>
      ))}
    </>
  );
}
