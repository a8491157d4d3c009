"""The modules that a request imports are those with the routes of its path."""

from collections import defaultdict
from pathlib import Path

from vaada import api
from vaada.api.routes import MODULES, whole_app


def test_a_request_imports_the_modules_of_its_routes_and_no_others() -> None:
    app = whole_app()
    found = defaultdict(set)
    for route in (*app._static_routes, *app._dynamic_routes):
        found[route.path.split("/")[2]].add(route.func.__module__.removeprefix("vaada.api."))

    assert {first: set(modules) for first, modules in MODULES.items()} == found


def test_every_module_with_routes_is_named() -> None:
    [folder] = api.__path__
    with_routes = {file.stem for file in Path(folder).glob("*.py") if "\n@app." in file.read_text()}

    assert {module for modules in MODULES.values() for module in modules} == with_routes
