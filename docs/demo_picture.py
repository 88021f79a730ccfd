"""Takes the README's picture of the demo: `python docs/demo_picture.py` writes it to `pictures/`.

Run it when one of its steps has changed. Only these steps are in the picture, so that it stays
small.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from rich.console import Console

HERE = Path(__file__).parent
PICTURE = HERE / "pictures" / "demo.svg"

# Rich's own frame fetches its font from another site.
FRAME = """\
<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}">
<title>The demo in a terminal: a lost response that is reconciled, and an explained refusal</title>
<style>
.{unique_id}-matrix {{
  font: 20px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}}
{styles}
</style>
<defs>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def picture() -> str:
    """Run the steps, and return what they print as a picture."""
    sys.path.insert(0, str(HERE.parent / "examples"))
    import demo

    demo.console = Console(
        width=80, record=True, file=io.StringIO(), force_terminal=True
    )
    with demo.new_emulator() as emulator, emulator.client() as ecr:
        for step in (demo.lost_response, demo.explained_refusal):
            demo.show(step, emulator, ecr)
    return demo.console.export_svg(title="python3 run.py demo", code_format=FRAME)


if __name__ == "__main__":
    PICTURE.write_text(picture(), "utf-8")
