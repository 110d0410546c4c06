"""The umbrella chart and the command line ask for the same topics."""

import json
import re
from pathlib import Path

from nexync_operator.topics import desired

TEMPLATE = Path(__file__).resolve().parents[2] / "charts/nexync/templates/kafkatopics.yaml"


def test_the_chart_names_every_setting_of_the_topics() -> None:
    """A setting that only one of them has would be put back and forth, or be missing on a cluster."""
    text = TEMPLATE.read_text(encoding="utf-8")
    for spec in desired(replication=3):
        topic = re.search(
            rf'"name" "{re.escape(spec.name)}" "partitions" \S+ "config" \$(\w+) ', text
        )
        assert topic is not None
        variable = topic.group(1)
        line = re.search(rf"\${variable} := merge \(dict (.*)\) \$durable", text)
        assert line is not None
        assert 'ternary (dict "min.insync.replicas" "2") dict' in text
        for key in set(spec.config) - {"min.insync.replicas"}:
            assert json.dumps(key) in line.group(1)
