/** A customer that there is, found by a part of a name or an address. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { api } from "../../server/call";
import { useAdmin } from "../words";
import { Picker } from "./Picker";

const FOUND_MAX = 8;

interface Known {
  name: string | null;
  email: string;
  phone: string | null;
}

export function CustomerPicker({ take }: { take: (customer: Known) => void }) {
  const { a } = useAdmin();
  const [text, setText] = useState("");
  const wanted = useDeferredValue(text.trim());
  const { data = [] } = useQuery({
    queryKey: ["found", "customers", "picker", wanted],
    queryFn: async ({ signal }) => (await api.listCustomers({ query: { q: wanted, limit: FOUND_MAX } }, { signal })).results,
    enabled: wanted.length > 1,
    placeholderData: keepPreviousData,
  });
  const found = wanted.length > 1 ? data : [];
  return (
    <Picker
      label={a.ordering.phone.find}
      hint={a.ordering.phone.findHint}
      text={text}
      setText={setText}
      found={found.map((one) => ({ key: one.id, title: one.name ?? one.email, hint: one.name ? one.email : "", value: one }))}
      none={undefined}
      take={take}
    />
  );
}
