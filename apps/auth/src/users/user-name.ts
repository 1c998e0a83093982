const ACCEPTABLE = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._@+-]{0,63}$/u;

/** One person, one spelling: "Ana" and "ana " and a full-width "ａｎａ" are the same name (NFKC, lower case). */
export const normaliseUserName = (typed: string): string => typed.normalize('NFKC').trim().toLowerCase();

export const isAcceptableUserName = (normalised: string): boolean => ACCEPTABLE.test(normalised);
