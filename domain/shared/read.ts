// What a reader of a text answers: what it says, or what is wrong with it, in words that begin with "expected".
export type Read<Value> = { readonly value: Value } | { readonly problem: string };
