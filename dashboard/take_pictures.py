"""
Take the pictures of README anew: .venv/bin/python dashboard/take_pictures.py, after `make build`. It needs chromium (or CHROMIUM=/path/to/it) and
what the tests need, which `make lint` installs.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
PICTURES = PROJECT / "dashboard/pictures"
# address, colours, and how high the window is, for each file
PAGES = {"overview": ("", "light", 800), "retention": ("retention", "dark", 1060)}
WIDTH = 1440
# enough for flat colours, and a third of the size
COLOURS = 128
SECONDS_TO_START = 60


def main() -> None:
    """Serve the dashboard on a free port, look at each page, and end it."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port = place.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, str(PROJECT / "scripts/serve_dashboard.py")], env=os.environ | {"PORT": str(port)}
    )
    try:
        wait_for(port)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=["--no-sandbox"]
            )
            for name, (address, colours, height) in PAGES.items():
                page = browser.new_page(viewport={"width": WIDTH, "height": height}, color_scheme=colours)
                take(page, f"http://127.0.0.1:{port}/{address}", PICTURES / f"{name}.png")
            browser.close()
    finally:
        server.terminate()
        server.wait()


def wait_for(port: int) -> None:
    """Wait until the dashboard answers."""
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until:
        with socket.socket() as place:
            if place.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    sys.exit("The dashboard did not start.")


def take(page: Page, address: str, file: Path) -> None:
    """A picture of a page that is there in whole."""
    page.goto(address)
    page.wait_for_selector("h1", timeout=60_000)
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=60_000)
    # charts are drawn after the page is there
    page.wait_for_timeout(3_000)
    page.screenshot(path=file)
    Image.open(file).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
    print(f"{file.relative_to(PROJECT)}: {file.stat().st_size // 1_000} kB")


if __name__ == "__main__":
    main()
