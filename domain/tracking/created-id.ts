// The part of an id that is new with every creation: a GUID without its dashes.

const length = 32;

export const createdId = {
  length,
  pattern: /^[0-9a-f]{32}$/,
  of: (uuid: string): string => uuid.replaceAll("-", "").toLowerCase(),
} as const;

/** As MLflow's clients want the ids of models. */
export const modelIdOf = (uuid: string): string => `m-${createdId.of(uuid)}`;
export const isModelId = (id: string): boolean => /^m-[0-9a-f]{32}$/.test(id);
