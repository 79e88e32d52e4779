"""What the Dockerfile and the compose file say is so, as far as that shows without an engine."""

import json
import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())


def test_the_container_starts_with_options_that_exist(command):
    words = json.loads(re.search(r"^ENTRYPOINT (.*)$", DOCKERFILE, re.M).group(1))
    said = command(*words[1:2], "--help").stdout
    assert words[:2] == ["shuzi", "serve"]
    assert all(word in said for word in words if word.startswith("--"))


def test_every_variable_is_one_that_the_service_reads(command):
    said = command("serve", "--help").stdout
    names = set(COMPOSE["services"]["shuzi"]["environment"])
    names |= set(re.findall(r"SHUZI_\w+(?==)", DOCKERFILE))
    assert names == {"SHUZI_TOKEN", "SHUZI_REVIEW", "SHUZI_JOBS"}
    assert all(f"env var: {name}" in said for name in names)


def test_the_container_without_a_token_does_not_start(refused):
    words = json.loads(re.search(r"^ENTRYPOINT (.*)$", DOCKERFILE, re.M).group(1))
    assert "--token" in refused(2, *words[1:])


def test_what_is_copied_into_the_image_is_there():
    copied = re.findall(r"^COPY (?!--)(.*) \S+$", DOCKERFILE, re.M)
    assert all((ROOT / name).exists() for line in copied for name in line.split())
    assert "USER 10001" in DOCKERFILE


def test_nothing_of_the_compose_file_is_open_to_the_network():
    services = COMPOSE["services"]
    assert services["shuzi"]["ports"] == ["127.0.0.1:8000:8000"]
    assert "ports" not in services["database"]
    assert services["shuzi"]["read_only"]
    assert services["shuzi"]["cap_drop"] == ["ALL"]
