"""What was seen of the gateways over time, as CSV and as a small picture."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

_WIDTH: Final = 860
_HEIGHT: Final = 380
_LEFT: Final = 60
_RIGHT: Final = 60
_TOP: Final = 40
_BOTTOM: Final = 50
_SOCKETS: Final = "#2f6fb0"
_REPLICAS: Final = "#c4571b"
_POD: Final = "#a9c4de"

Scale = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Moment:
    """`at` is seconds since the start; `wanted` and `ready` are replicas; `pods` sockets by pod."""

    at: float
    clients: int
    wanted: int
    ready: int
    pods: dict[str, int]


def csv(moments: Sequence[Moment]) -> str:
    """One line a moment; one column a pod that was ever there, numbered in the order of appearance."""
    names = _pods(moments)
    head = ["seconds", "clients", "replicas wanted", "replicas ready"]
    head += [f"gateway {number + 1}" for number in range(len(names))]
    lines = [",".join(head)]
    for moment in moments:
        cells = [f"{moment.at:.1f}", str(moment.clients), str(moment.wanted), str(moment.ready)]
        cells += [str(moment.pods.get(name, "")) for name in names]
        lines.append(",".join(cells))
    return "\n".join(lines) + "\n"


def svg(moments: Sequence[Moment], title: str) -> str:
    """Clients and the sockets of each gateway on the left scale, ready replicas as steps on the right one."""
    last = max(moments[-1].at, 1.0)
    most = max((moment.clients for moment in moments if moment.clients), default=1)
    replicas = max(moment.ready for moment in moments) + 1

    def x(at: float) -> float:
        return _LEFT + at / last * (_WIDTH - _LEFT - _RIGHT)

    def y(share: float) -> float:
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)

    parts = [_frame(title, last, most, replicas, x, y)]
    for name in _pods(moments):
        points = [
            (x(moment.at), y(moment.pods[name] / most)) for moment in moments if name in moment.pods
        ]
        parts.append(_line(points, _POD, 1))
    parts.append(_line([(x(m.at), y(m.clients / most)) for m in moments], _SOCKETS, 2))
    steps: list[tuple[float, float]] = []
    for moment in moments:
        height = y(moment.ready / replicas)
        if steps:
            steps.append((x(moment.at), steps[-1][1]))
        steps.append((x(moment.at), height))
    parts.append(_line(steps, _REPLICAS, 2))
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'font-family="sans-serif" font-size="12">\n<rect width="100%" height="100%" fill="#fff"/>\n'
        f"{body}\n</svg>\n"
    )


def _frame(
    title: str,
    last: float,
    most: int,
    replicas: int,
    x: Scale,
    y: Scale,
) -> str:
    parts = [f'<text x="{_LEFT}" y="22" font-size="15">{escape(title)}</text>']
    parts.append(
        f'<path d="M{_LEFT} {_TOP}V{_HEIGHT - _BOTTOM}H{_WIDTH - _RIGHT}V{_TOP}" fill="none" stroke="#888"/>'
    )
    for part in range(5):
        share = part / 4
        parts.append(
            f'<text x="{_LEFT - 8}" y="{y(share) + 4:.0f}" text-anchor="end" fill="{_SOCKETS}">'
            f"{most * share:.0f}</text>"
        )
    parts += [
        f'<text x="{_WIDTH - _RIGHT + 8}" y="{y(count / replicas) + 4:.0f}" fill="{_REPLICAS}">'
        f"{count}</text>"
        for count in range(replicas + 1)
    ]
    for part in range(7):
        at = last * part / 6
        parts.append(
            f'<text x="{x(at):.0f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{at:.0f} s</text>'
        )
    legend = (
        ("sockets of all clients", _SOCKETS),
        ("ready gateways (right)", _REPLICAS),
        ("sockets of one gateway", _POD),
    )
    for number, (text, colour) in enumerate(legend):
        parts.append(
            f'<text x="{_LEFT + number * 220}" y="{_HEIGHT - 10}" fill="{colour}">{text}</text>'
        )
    return "\n".join(parts)


def _line(points: Sequence[tuple[float, float]], colour: str, width: int) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'


def _pods(moments: Sequence[Moment]) -> list[str]:
    return list(dict.fromkeys(name for moment in moments for name in moment.pods))
