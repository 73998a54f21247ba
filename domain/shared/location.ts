/** Azure spells regions with or without blanks and capitals: `East US` is `eastus`. */
export const plainLocation = (location: string): string => location.replaceAll(" ", "").toLowerCase();
