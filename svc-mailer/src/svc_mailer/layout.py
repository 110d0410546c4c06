"""The one layout of all mails: text, and HTML that is readable in light and dark and without images."""

from html import escape
from string import Template
from typing import Final

_PAGE: Final = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>$title</title>
<style>
  :root { color-scheme: light dark; }
  @media (prefers-color-scheme: dark) {
    .page { background: #15171c !important; }
    .card { background: #1f2229 !important; border-color: #343a46 !important; }
    .ink { color: #f2f4f8 !important; }
    .soft { color: #a9b1c0 !important; }
    .button { background: #3db3d9 !important; color: #0c1a22 !important; }
    .code { background: #2a2f3a !important; color: #f2f4f8 !important; }
  }
</style>
</head>
<body class="page" style="margin:0;padding:0;background:#f3f4f7;">
<div style="display:none;max-height:0;overflow:hidden;">$preview</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0">
<tr><td align="center" style="padding:40px 16px;">
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0"
  style="max-width:480px;background:#ffffff;border:1px solid #e2e5eb;border-radius:16px;">
<tr><td style="padding:36px 36px 32px;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;">
<p class="ink" style="margin:0 0 28px;font-size:18px;font-weight:700;letter-spacing:-0.2px;color:#1b1e25;">Nexync</p>
<h1 class="ink" style="margin:0 0 12px;font-size:22px;line-height:30px;font-weight:650;color:#1b1e25;">$title</h1>
$content
</td></tr>
</table>
<p class="soft" style="max-width:480px;margin:20px auto 0;padding:0 16px;color:#6b7280;text-align:center;
  font:13px/20px -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;">$footer</p>
</td></tr>
</table>
</body>
</html>
""")


def paragraph(text: str) -> str:
    """A paragraph of plain text."""
    return (
        '<p class="soft" style="margin:0 0 20px;font-size:15px;line-height:24px;color:#565d6b;">'
        f"{escape(text)}</p>"
    )


LONG_CODE_CHARS: Final = 10


def big_code(code: str) -> str:
    """A code that is easy to read and to copy; a long one is smaller, so that it fits a phone."""
    size = "20px/28px" if len(code) > LONG_CODE_CHARS else "32px/40px"
    spacing = "1px" if len(code) > LONG_CODE_CHARS else "8px"
    return (
        '<p class="code" style="margin:0 0 20px;padding:18px 12px;border-radius:12px;text-align:center;'
        f"font:700 {size} ui-monospace,'SF Mono',Menlo,Consolas,monospace;letter-spacing:{spacing};"
        f'background:#eef0f5;color:#1b1e25;">{escape(code)}</p>'
    )


def button(words: str, link: str) -> str:
    """The one thing to do, and the address below it for who can't press it."""
    address = escape(link, quote=True)
    return (
        '<p style="margin:0 0 20px;">'
        f'<a class="button" href="{address}" style="display:inline-block;padding:12px 22px;border-radius:10px;'
        'font-size:15px;line-height:22px;font-weight:600;text-decoration:none;background:#0b6e99;color:#ffffff;">'
        f"{escape(words)}</a></p>"
        '<p class="soft" style="margin:0 0 20px;font-size:13px;line-height:20px;color:#565d6b;'
        f'overflow-wrap:anywhere;word-break:break-all;">{address}</p>'
    )


def page(*, title: str, preview: str, content: str, footer: str) -> str:
    """The whole HTML; `content` is HTML from the functions above, everything else plain text."""
    return _PAGE.substitute(
        title=escape(title), preview=escape(preview), content=content, footer=escape(footer)
    )
