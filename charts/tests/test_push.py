"""Push notifications in the charts: off without a Secret, and what they need when they are on."""

import json

from chartkit.render import Values, find, render


def _env(chart: str, values: Values) -> dict[str, object]:
    pod = find(render(chart, values), "Deployment")["spec"]["template"]["spec"]
    return {one["name"]: one.get("value") for one in pod["containers"][0]["env"]}


def test_the_mailer_has_credentials_only_where_they_are_given() -> None:
    """As a file from the Secret, never as a variable; and a way to Google."""
    assert "NEXYNC_FCM_CREDENTIALS_FILE" not in _env("svc-mailer", {})
    objects = render("svc-mailer", {"push": {"existingSecret": "firebase", "key": "key.json"}})
    pod = find(objects, "Deployment")["spec"]["template"]["spec"]
    (volume,) = (one for one in pod["volumes"] if one["name"] == "fcm")
    assert volume["secret"]["secretName"] == "firebase"
    assert volume["secret"]["items"] == [{"key": "key.json", "path": "account.json"}]
    mounts = {one["name"]: one for one in pod["containers"][0]["volumeMounts"]}
    assert mounts["fcm"]["readOnly"]
    egress = find(objects, "NetworkPolicy")["spec"]["egress"]
    assert {"ports": [{"port": 443, "protocol": "TCP"}]} in egress


def test_the_way_to_google_can_be_narrowed() -> None:
    """To an egress proxy, for example."""
    peer = {"ipBlock": {"cidr": "10.1.2.3/32"}}
    values: Values = {"push": {"existingSecret": "firebase", "egressTo": [peer]}}
    egress = find(render("svc-mailer", values), "NetworkPolicy")["spec"]["egress"]
    assert {"ports": [{"port": 443, "protocol": "TCP"}], "to": [peer]} in egress


def test_pages_learn_how_to_register_only_where_it_is_given() -> None:
    """As one JSON value that the service reads by its contract."""
    assert "NEXYNC_PUSH_WEB" not in _env("svc-chat", {})
    push = {"apiKey": "k", "appId": "1:2:web:3", "projectId": "p", "senderId": "2", "vapidKey": "v"}
    value = _env("svc-chat", {"push": push})["NEXYNC_PUSH_WEB"]
    assert isinstance(value, str)
    assert json.loads(value) == {
        "api_key": "k",
        "app_id": "1:2:web:3",
        "project_id": "p",
        "sender_id": "2",
        "vapid_key": "v",
    }


def test_the_persister_reaches_rabbitmq() -> None:
    """By its Secret and through its NetworkPolicy."""
    objects = render("svc-persister", {})
    pod = find(objects, "Deployment")["spec"]["template"]["spec"]
    env = {one["name"]: one for one in pod["containers"][0]["env"]}
    reference = env["NEXYNC_RABBITMQ_URL"]["valueFrom"]["secretKeyRef"]
    assert reference == {"name": "nexync-backends", "key": "rabbitmq-url"}
    ports = [
        port["port"]
        for rule in find(objects, "NetworkPolicy")["spec"]["egress"]
        for port in rule.get("ports", [])
    ]
    assert 5672 in ports


def test_the_mailer_may_ask_the_chat() -> None:
    """svc-chat's internal port lets it in."""
    (rule,) = (
        rule
        for rule in find(render("svc-chat", {}), "NetworkPolicy")["spec"]["ingress"]
        if {"port": 8081, "protocol": "TCP"} in rule.get("ports", [])
        or any(port.get("port") == "internal" for port in rule.get("ports", []))
    )
    roles = json.dumps(rule["from"])
    assert "mailer" in roles
    assert "gateway" in roles
