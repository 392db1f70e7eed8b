"""What is written to become more than text: markup, script, links that lie, letters that turn, pile up or hide."""

from moderation.content.written import written

SCRIPTS = (
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//x.example/a.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script>alert(1)//",
    "<<script>alert(1);//<</script>",
    '"><script>alert(1)</script>',
    "'><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template>",
)
ELEMENTS = (
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    "<IMG SRC=\"jav\tascript:alert('1');\">",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text y=1>x</text></a></svg>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=//x.example/a.swf>",
    "<form action=javascript:alert(1)><button>go</button></form>",
    "<details open ontoggle=alert(1)>x</details>",
    "<input autofocus onfocus=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href=//x.example/a.css>",
    "<base href=//x.example/>",
    "<style>*{background:url(//x.example)}</style>",
    "<div style='background:url(javascript:alert(1))'>x</div>",
    "<b onmouseover=alert(1)>x</b>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<x onclick=alert(1)>x</x>",
    "<p/onclick=alert(1)>x",
)
MARKED = (
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](\\javascript:alert(1))",
    "[x]( javascript:alert(1))",
    "[x](vbscript:x)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](file:///etc/passwd)",
    "[x](//x.example)",
    "[x](blob:https://x.example/1)",
    '[x](https://x.example/"onmouseover=alert(1)//)',
    "[x](https://x.example 'a\" onclick=alert(1) b')",
    "[https://good.example](https://bad.example)",
    "[<img src=x onerror=alert(1)>](https://x.example)",
    "![x](https://x.example/track.png)",
    '![x](x"onerror="alert(1))',
    "<javascript:alert(1)>",
    "<https://x.example/<script>alert(1)</script>>",
    "[x][1]\n\n[1]: javascript:alert(1)",
    "**<script>alert(1)</script>**",
    "- <img src=x onerror=alert(1)>",
    "1. <svg onload=alert(1)>",
    "`<script>alert(1)</script>`",
    "https://x.example/'onmouseover='alert(1)",
    "https://exаmple.org/",
)
LETTERS = (
    "I <3 you all, and 1 < 2 && 3 > 2",
    "a \u202egnirts\u202c b",
    "a \u2066\u202ex\u2069 b",
    "Z" + "\u0300\u0301\u0302\u0303" * 20 + "algo",
    "bell \x07 and escape \x1b[31m",
    "{{7*7}} ${7*7} <%= 7 %> #{7}",
    "' OR 1=1; --",
    "&lt;script&gt; &amp; &#60;b&#62; &nbsp;",
    "\\u003cscript\\u003e %3Cscript%3E",
    "＜script＞alert(1)＜/script＞",
)
PAYLOADS = (*SCRIPTS, *ELEMENTS, *MARKED, *LETTERS)
MOST = 1500


def _in_parts() -> tuple[str, ...]:
    parts = [""]
    for text in PAYLOADS:
        if len(parts[-1]) + len(text) > MOST:
            parts.append("")
        parts[-1] += text + "\n"
    return tuple(written(part).text for part in parts)


PARTS = _in_parts()
"""All of them in a few texts, as they are kept: nobody sends so many lines at once."""
