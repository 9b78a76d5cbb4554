"""Debian's Chromium, driven by its own driver over HTTP (the W3C's WebDriver): what a person sees, and may do.

Without it these tests fail and say how to get it; they are never left out.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "build" / "pictures"
_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars"),
)
_PORT = re.compile(r"successfully on port (\d+)")


class Browser:
    """A window of one browser."""

    def __init__(self, port: int, session: str) -> None:
        self._base = f"http://127.0.0.1:{port}/session/{session}"

    def _do(self, method: str, path: str, values: object = None) -> Any:
        return _asked(f"{self._base}/{path}", method, values)

    def resize(self, width: int, height: int) -> None:
        """So many pixels inside of the window, also fewer than a desktop's window may have."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.devtools("Emulation.setDeviceMetricsOverride", metrics)

    def dark(self, is_dark: bool) -> None:
        """What the reader prefers."""
        value = "dark" if is_dark else "light"
        self.devtools("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": value}]})

    def devtools(self, command: str, parameters: object) -> Any:
        return self._do("POST", "goog/cdp/execute", {"cmd": command, "params": parameters})

    def open(self, path: Path) -> None:
        """A file; returns when it is loaded."""
        self._do("POST", "url", {"url": path.as_uri()})

    def run(self, script: str, *values: object) -> Any:
        """What a function body returns in the page."""
        return self._do("POST", "execute/sync", {"script": script, "args": list(values)})

    def press(self, key: str) -> None:
        """A key, as the keyboard gives it to what has the focus."""
        for kind in ("keyDown", "keyUp"):
            self.devtools("Input.dispatchKeyEvent", {"type": kind, "key": key, "code": key})

    def click(self, x: float, y: float) -> None:
        for kind in ("mousePressed", "mouseReleased"):
            values = {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1}
            self.devtools("Input.dispatchMouseEvent", values)

    def shot(self, name: str) -> Path:
        """The whole page as ``build/pictures/<name>.png``."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        taken = self.devtools("Page.captureScreenshot", {"captureBeyondViewport": True})
        path = SHOTS / f"{name}.png"
        path.write_bytes(base64.b64decode(taken["data"]))
        return path

    def complaints(self) -> list[str]:
        """What the console said since it was last asked."""
        return [entry["message"] for entry in self._do("POST", "se/log", {"type": "browser"})]

    def opening_s(self) -> float:
        """Seconds from the navigation to the end of its load event, with the first paint after it."""
        return float(
            self.run("const [it] = performance.getEntriesByType('navigation'); return it.loadEventEnd / 1000;")
        )


@contextmanager
def browsing() -> Iterator[Browser]:
    """A browser with an empty profile, closed in the end."""
    driver, chromium = shutil.which("chromedriver"), shutil.which("chromium")
    assert driver and chromium, "No chromium or chromedriver here: apt-get install -y chromium chromium-driver"
    with tempfile.TemporaryDirectory() as profile:
        process = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            assert process.stdout is not None
            port = next(int(found[1]) for line in process.stdout if (found := _PORT.search(line)))
            options = {"binary": chromium, "args": [*_FLAGS, f"--user-data-dir={profile}"]}
            wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
            started = _asked(f"http://127.0.0.1:{port}/session", "POST", {"capabilities": {"alwaysMatch": wanted}})
            browser = Browser(port, started["sessionId"])
            try:
                yield browser
            finally:
                browser._do("DELETE", "")
        finally:
            process.terminate()
            process.wait(20)


def _asked(url: str, method: str, values: object) -> Any:
    body = None if method == "DELETE" else json.dumps(values or {}).encode()
    request = urllib.request.Request(url.rstrip("/"), body, {"Content-Type": "application/json"}, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=60) as reply:
            return json.load(reply)["value"]
    except urllib.error.HTTPError as error:
        raise AssertionError(error.read().decode()) from None
