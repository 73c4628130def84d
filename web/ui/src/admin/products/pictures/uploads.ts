/** Files on their way to the server, one after the other; what it refuses stays with what it says. */
import { useRef, useState } from "react";
import { api } from "../../../server/call";
import type { Picture } from "../draft";

interface Upload {
  name: string;
  error?: string;
}

export interface Uploads {
  all: Upload[];
  send: (files: File[]) => void;
  forget: (name: string) => void;
}

export function useUploads(arrived: (image: Picture) => void): Uploads {
  const [all, setAll] = useState<Upload[]>([]);
  const last = useRef(Promise.resolve());
  const done = useRef(arrived);
  done.current = arrived;
  const forget = (name: string): void => setAll((now) => now.filter((one) => one.name !== name));

  async function upload(file: File): Promise<void> {
    try {
      const { id, width, height } = await api.uploadPicture({ body: file });
      done.current({ id, alt: "", width, height, variant_sku: null });
      forget(file.name);
    } catch (problem) {
      const error = (problem as Error).message;
      setAll((now) => now.map((one) => (one.name === file.name ? { ...one, error } : one)));
    }
  }
  function send(files: File[]): void {
    setAll((now) => [...now.filter(({ name }) => !files.some((file) => file.name === name)), ...files.map(({ name }) => ({ name }))]);
    for (const file of files) last.current = last.current.then(() => upload(file));
  }
  return { all, send, forget };
}
