"""Writes the list of crawlers anew from a release of crawler-user-agents: `python -m seed.crawlers FILE.json VERSION`.

Leaves out what is the browser of a person: the list counts some that open a page inside an app.
"""

import json
import re
import sys
from pathlib import Path

LIST = Path(__file__).parents[1] / "app" / "links" / "crawlers.txt"
LEFT_OUT = {
    r"AP3A\.240617\.008": "the build of a phone many people have",
    "MetaIAB Facebook": "Facebook’s own browser, with a person before it",
    "Fluid": "a browser for one site",
    r"Dlc\/": "an addition to Chrome",
    r"Code\/1\.": "the browser within an editor",
    r"Trae\/": "likewise",
}
HEAD = """\
# Crawlers, scanners, monitors and libraries: one regular expression a line, looked for in the user agent.
# From crawler-user-agents {version}, https://github.com/monperrus/crawler-user-agents, without what is the
# browser of a person: seed/crawlers.py says which and writes this file anew.
#
# The MIT License (MIT). Copyright (c) 2017 Martin Monperrus
# Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
# documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
# rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to
# permit persons to whom the Software is furnished to do so, subject to the following conditions: The above copyright
# notice and this permission notice shall be included in all copies or substantial portions of the Software.
# THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
# WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
# COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
# OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def patterns(entries: list[dict[str, str]]) -> list[str]:
    """The patterns kept, in order and once each. Raises re.error for one that is none."""
    kept = sorted({one["pattern"] for one in entries} - LEFT_OUT.keys())
    for one in kept:
        re.compile(one)
    return kept


def main(source: str, version: str) -> None:
    """Write the list."""
    entries = json.loads(Path(source).read_text(encoding="utf-8"))
    body = "\n".join(patterns(entries))
    LIST.write_text(f"{HEAD.format(version=version)}{body}\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:3])
