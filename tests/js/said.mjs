// Whether a page says the same thing twice: a word that carries meaning, in two of its places.

/** Of people, places and acts one may speak more than once. */
const NEUTRAL = new Set(
  `about ahead alone also always answer away been begin best come comes dana done each else everybody facilitator facilitators fine first floor from goes
  hand have help here into keep kept later like line lines mayb meeting moment more much name need none only open others part press pressed read reads right
  room said share short show somebody stay take takes than that their them then there they thing this time turn until very want what when where while whoever
  with would write writes writing wrote your yours chidi sharing after between speak speaks long next place wait waiting send sent`.split(/\s+/),
)

/** @param {readonly string[]} places @param {readonly string[]} [names] */
export function twice(places, names = []) {
  const seen = new Map()
  const called = new Set(names.flatMap((name) => name.toLowerCase().split(" ")))
  for (const [index, text] of places.entries()) {
    for (const word of new Set(text.toLowerCase().match(/[a-zäöü]{4,}/g) ?? [])) {
      if (!NEUTRAL.has(word) && !called.has(word)) seen.set(word, [...(seen.get(word) ?? []), index])
    }
  }
  return [...seen].filter(([, where]) => where.length > 1).map(([word]) => word)
}
