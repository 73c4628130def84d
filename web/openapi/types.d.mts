export function typeOf(schema: object, indent?: string): string;
