"""What surrounds the pages, and what their static files may weigh."""

import gzip

from vaada.present.console.shell import assets, worker


def test_our_script_has_at_most_six_kilobytes() -> None:
    assert len(assets()["console.js"].content) <= 6_000


def test_the_offline_scripts_have_at_most_six_kilobytes() -> None:
    assert sum(len(assets()[name].content) for name in ("offline.js", "sw.js")) <= 6_000


def test_the_worker_keeps_every_static_file_but_itself() -> None:
    script = worker("/desk/away")

    kept = {asset.path for name, asset in assets().items() if name != "sw.js"}
    assert {path for path in kept if f'"{path}"' in script} == kept
    assert assets()["sw.js"].path not in script


def test_the_static_files_leave_room_for_a_page_of_sixty_kilobytes() -> None:
    assert sum(len(gzip.compress(asset.content)) for asset in assets().values()) < 40 * 1024


def test_the_path_of_a_file_contains_its_hash() -> None:
    paths = [asset.path for asset in assets().values()]

    assert len(set(paths)) == len(paths)
    assert all(len(path.split("/")[3]) == 12 for path in paths)
