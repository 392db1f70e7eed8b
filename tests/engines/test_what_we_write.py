"""What our pages are written in is understood by each engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.engines.stage import Stage

# Every rule of ours whose selector or whose value the engine drops.
DROPPED = r"""
const ours = async () => {
  const texts = [...document.styleSheets].map(async ({ href }) => (await fetch(href)).text())
  return (await Promise.all(texts)).join("\n").replaceAll(/\/\*[^]*?\*\//g, "")
}
const parts = (list) => list.split(/,(?![^(]*\))/).map((one) => one.trim())
return ours().then((text) => {
  const values = [...text.matchAll(/[;{]\s*([a-z][a-z-]*)\s*:\s*([^;{}]+)(?=[;}])/g)]
    .filter(([, name, value]) => !CSS.supports(name, value.replace("!important", "").trim()))
    .map(([, name, value]) => `${name}: ${value.trim()}`)
  const selectors = [...text.matchAll(/(?<=[;{}])\s*([^@;{}]+)(?=\{)/g)]
    .flatMap(([, list]) => parts(list))
    .filter((one) => !CSS.supports(`selector(${one})`))
  return [text.length, [...new Set([...values, ...selectors])]]
})
"""


# What an engine may leave out, and what a person has then.
SPARED = {
    "field-sizing: content": "a field keeps its two rows, and scrolls",
    "text-size-adjust: 100%": "for phones that enlarge text when they are turned; a desk has none of it",
    "-webkit-text-size-adjust: 100%": "the same by the name that an iPhone knows",
}


async def test_no_rule_of_ours_is_dropped(stage: Stage):
    links = await stage.room("Evening group")
    (ben,) = await stage.people("Ben")
    dropped = set()
    for door in (links.member, links.facilitator, links.staff):
        await ben.open(door)
        await ben.thing("textbox").is_there()
        length, found = await ben.driver.script(DROPPED)
        assert length > 10_000, "the style sheets were not read"
        dropped |= set(found)
    assert dropped <= set(SPARED), sorted(dropped - set(SPARED))
