"""Run checkov and cfn-guard on template.yaml, before and after SAM's transform: `make check`.

It runs in the environment of the scanners, offline. Rules that are excluded everywhere, and why, are in
.checkov.yaml and in `EXCLUDED_RULES`; those excluded for one resource are in its Metadata in template.yaml.
"""

import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from samtranslator.parser.parser import Parser  # type: ignore[import-not-found] # in the scanners' environment
from samtranslator.translator.translator import Translator  # type: ignore[import-not-found]
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-not-found]

from local.places import REGION, ROOT, STATE, TOOLS

GUARD = TOOLS / "guard" / "package"
EXCLUDED_RULES = {
    "lambda_inside_vpc_check": "see CKV_AWS_117 in .checkov.yaml",
    "sqs_dlq_check": "every queue except RetryQueue is a dead-letter queue itself",
}
PSEUDO_PARAMETERS = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackName": "vaada",
    "AWS::URLSuffix": "amazonaws.com",
}
NOT_COMPLIANT = 19  # cfn-guard's exit code when it finds something


def transformed_template() -> dict[str, Any]:
    """Return the template after SAM's transform, with the parameters' defaults."""
    template = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    for resource in template["Resources"].values():
        for uri in {"CodeUri", "ContentUri"} & resource.get("Properties", {}).keys():
            resource["Properties"][uri] = "s3://bucket/key"  # where `sam package` would upload it
    metadata = {name: one["Metadata"] for name, one in template["Resources"].items() if "Metadata" in one}
    parameters = {name: one.get("Default", name) for name, one in template["Parameters"].items()}
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    plain: dict[str, Any] = Translator({}, Parser()).translate(template, parameters)
    for name in metadata.keys() & plain["Resources"].keys():
        plain["Resources"][name]["Metadata"] = metadata[name]  # SAM drops the Metadata of functions
    plain["Resources"] = resolve(plain["Resources"], PSEUDO_PARAMETERS | parameters)
    return plain


def resolve(value: Any, known: dict[str, Any]) -> Any:
    """Resolve Ref and Fn::Sub with these parameters. A resource's name stands for its value."""
    match value:
        case {"Ref": str(name)} if name in known:
            return known[name]
        case {"Fn::Sub": str(text)}:
            return re.sub(r"\$\{([^}]+)\}", lambda match: str(known.get(match[1], match[1])), text)
        case dict():
            return {key: resolve(each, known) for key, each in value.items()}
        case list():
            return [resolve(each, known) for each in value]
    return value


def guard_findings(file: Path) -> Iterator[str]:
    """Yield what cfn-guard finds by AWS Control Tower's rules, and exclusions that are unnecessary."""
    result = _run_guard(file)
    if result.returncode not in {0, NOT_COMPLIANT}:
        yield f"cfn-guard failed: {result.stderr}"
        return
    resources = json.loads(file.read_text(encoding="utf-8"))["Resources"]
    excluded = {
        (rule, name)
        for name, resource in resources.items()
        for rule in resource.get("Metadata", {}).get("guard", {}).get("SuppressedRules", ())
    }
    found = {
        (rule["name"], name)
        for report in json.loads(result.stdout)
        for rule in (one["Rule"] for one in report["not_compliant"])
        for name in re.findall(r'"/Resources/([^/"]+)', json.dumps(rule))
    }
    for rule, name in sorted(found - excluded):
        if rule not in EXCLUDED_RULES:
            yield f"cfn-guard: {name}: {rule}"
    for rule, name in sorted(excluded - found):
        yield f"cfn-guard: {name} need not exclude {rule}"
    for rule in sorted(EXCLUDED_RULES.keys() - {rule for rule, _ in found}):
        yield f"cfn-guard: {rule} finds nothing"


def _run_guard(file: Path) -> subprocess.CompletedProcess[str]:
    system = {"Darwin": "macos"}.get(platform.system(), "ubuntu")
    machine = {"arm64": "aarch64"}.get(platform.machine(), platform.machine())
    program = GUARD / "bin" / system / machine / "cfn-guard"
    options = ("--structured", "-o", "json", "--show-summary", "none")
    return subprocess.run(  # noqa: S603  # nosec B603 # a program of our own
        [program, "validate", "-d", file, "-r", GUARD / "rules", *options],
        capture_output=True,
        text=True,
        check=False,
    )


def main() -> int:
    """Run both scanners. Returns how many of them found something."""
    file = STATE / "scan" / "template.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(transformed_template(), indent=1, default=str), encoding="utf-8")
    findings = list(guard_findings(file))
    print("\n".join(findings) or "cfn-guard: nothing found")
    checkov = subprocess.run(  # noqa: S603  # nosec B603 # a program of our own
        [TOOLS / "scanners" / "bin" / "checkov", "--file", "template.yaml", file], cwd=ROOT, check=False
    )
    print("checkov: " + ("see above" if checkov.returncode else "nothing found"))
    return bool(findings) + bool(checkov.returncode)


if __name__ == "__main__":
    sys.exit(main())
